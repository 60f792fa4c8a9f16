import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import { ChartError } from "../../../src/charts/chart-error.ts";
import type { ProposalFacts } from "../../../src/db/facts-store.ts";
import { renderChart } from "../../../src/jobs/open-pr/render-chart.ts";

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);
const digest = { parameter_importance: { boost: 0.7 } } as unknown as ProposalFacts["digest"];

const redact = (text: string) => text.replaceAll("ghs_secret", "[redacted]");

const setUp = (render: () => Uint8Array) => {
  const logged: Record<string, unknown>[] = [];
  const renderImportanceChart = vi.fn(async () => render());
  const log = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) });
  return {
    logged,
    renderImportanceChart,
    draw: (of: ProposalFacts["digest"]) => renderChart({ renderImportanceChart, redact }, of, log),
  };
};

describe("the chart of a pull request", () => {
  it("is drawn from the digest's importance", async () => {
    const { draw, renderImportanceChart } = setUp(() => PNG);
    expect(await draw(digest)).toBe(PNG);
    expect(renderImportanceChart).toHaveBeenCalledExactlyOnceWith({ boost: 0.7 });
  });

  it("never shows a secret that got into a parameter's name", async () => {
    const { draw, renderImportanceChart } = setUp(() => PNG);
    await draw({ parameter_importance: { "boost ghs_secret": 0.7 } } as unknown as ProposalFacts["digest"]);
    expect(renderImportanceChart).toHaveBeenCalledExactlyOnceWith({ "boost [redacted]": 0.7 });
  });

  it("is none without a digest, and nothing failed", async () => {
    const { draw, renderImportanceChart, logged } = setUp(() => PNG);
    expect(await draw(null)).toBeNull();
    expect(renderImportanceChart).not.toHaveBeenCalled();
    expect(logged).toEqual([]);
  });

  it.each([new ChartError("very high is not a number"), new TypeError("a bug")])(
    "is none when it can't be drawn (%s), and the log says so",
    async (error) => {
      const { draw, logged } = setUp(() => {
        throw error;
      });
      expect(await draw(digest)).toBeNull();
      expect(logged).toMatchObject([
        {
          event: "pr_open_chart_failed",
          err: { message: error.message },
          msg: "the chart can't be drawn; a table stands in for it",
        },
      ]);
    },
  );
});
