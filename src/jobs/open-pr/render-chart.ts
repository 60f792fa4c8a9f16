import type { Logger } from "pino";
import type { ProposalFacts } from "../../db/facts-store.ts";
import { redactTexts } from "../../proposals/pr-text/redact-texts.ts";
import type { OpenPrDeps } from "./open-pr-deps.ts";

/** The study's chart as PNG; null when there is nothing to draw or it can't be drawn: a table stands in for it then. */
export const renderChart = async (
  deps: Pick<OpenPrDeps, "renderImportanceChart" | "redact">,
  digest: ProposalFacts["digest"],
  log: Logger,
): Promise<Uint8Array | null> => {
  if (digest === null) return null;
  try {
    // No filter can find a secret in a picture later.
    return await deps.renderImportanceChart(redactTexts(digest.parameter_importance, deps.redact));
  } catch (error) {
    log.warn(
      { event: "pr_open_chart_failed", err: error },
      "the chart can't be drawn; a table stands in for it",
    );
    return null;
  }
};
