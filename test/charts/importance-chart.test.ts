import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { type Canvas, createCanvas, loadImage } from "@napi-rs/canvas";
import { describe, expect, test } from "vitest";
import { ChartError } from "../../src/charts/chart-error.ts";
import { locateInter } from "../../src/charts/chart-fonts.ts";
import { createChartRenderer } from "../../src/charts/importance-chart.ts";

const IMPORTANCE = { title_boost: 0.5, phrase_slop: 0.25, tie_breaker: 0.1 };

async function pixelsOf(
  png: Uint8Array,
): Promise<ReturnType<ReturnType<Canvas["getContext"]>["getImageData"]>> {
  const image = await loadImage(Buffer.from(png));
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height);
}

/** Lengths of the dark runs of at least 20 pixels, longest of each row of pixels, where they change: the bars. */
function barLengths({
  data,
  width,
  height,
}: {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}): number[] {
  const lengths: number[] = [];
  let previous = 0;
  for (let y = 0; y < height; y += 1) {
    let run = 0;
    let longest = 0;
    for (let x = 0; x < width; x += 1) {
      run = (data[(y * width + x) * 4] ?? 255) < 0x60 ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    const length = longest >= 20 ? longest : 0;
    if (length > 0 && length !== previous) lengths.push(length);
    previous = length;
  }
  return lengths;
}

describe("the importance chart", () => {
  test("is a PNG of 800×600", async () => {
    const png = await createChartRenderer()(IMPORTANCE);
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect(await pixelsOf(png)).toMatchObject({ width: 800, height: 600 });
  });

  test("has horizontal bars, largest first, in proportion, whatever the order of the input", async () => {
    const lengths = barLengths(await pixelsOf(await createChartRenderer()({ c: 0.1, a: 0.5, b: 0.25 })));
    const [longest = 0] = lengths;
    expect(longest).toBeGreaterThan(300);
    expect(lengths).toEqual([longest, longest / 2, Math.round(longest / 5)]);
  });

  test("is monochrome", async () => {
    const { data } = await pixelsOf(await createChartRenderer()(IMPORTANCE));
    let colored = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] !== data[at + 1] || data[at] !== data[at + 2] || data[at + 3] !== 255) colored += 1;
    }
    expect(colored).toBe(0);
  });

  test("is the same bytes for the same input, from any renderer, in any order", async () => {
    const render = createChartRenderer();
    const first = await render(IMPORTANCE);
    const reversed = Object.fromEntries(Object.entries(IMPORTANCE).reverse());
    expect(Buffer.compare(first, await render(reversed))).toBe(0);
    expect(Buffer.compare(first, await createChartRenderer()(IMPORTANCE))).toBe(0);
    expect(Buffer.compare(await render({ a: 1, b: 1, c: 1 }), await render({ c: 1, b: 1, a: 1 }))).toBe(0);
  });

  test("is the same bytes in another process, on a machine without fonts", async () => {
    const here = createHash("sha256")
      .update(await createChartRenderer()(IMPORTANCE))
      .digest("hex");
    const chartModule = new URL("../../src/charts/importance-chart.ts", import.meta.url).href;
    const script = `
      const { createHash } = await import("node:crypto");
      const { createChartRenderer } = await import(${JSON.stringify(chartModule)});
      const png = await createChartRenderer()(${JSON.stringify(IMPORTANCE)});
      process.stdout.write(createHash("sha256").update(png).digest("hex"));`;
    const there = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      env: { ...process.env, DISABLE_SYSTEM_FONTS_LOAD: "1" },
      encoding: "utf8",
      timeout: 20_000,
    });
    expect(there).toBe(here);
  });

  test("draws names, values and the title", async () => {
    const render = createChartRenderer();
    const plain = await render({ a: 1, b: 0.5 });
    for (const other of [
      render({ x: 1, b: 0.5 }),
      render({ a: 2, b: 1 }),
      render({ a: 1, b: 0.5 }, { title: "T" }),
    ]) {
      expect(Buffer.compare(plain, await other)).not.toBe(0);
    }
  });

  test("cuts a long name before it leaves the picture", async () => {
    const { data, width } = await pixelsOf(await createChartRenderer()({ [`${"W".repeat(5_000)}`]: 1 }));
    const margin = Array.from({ length: 600 }, (_, y) => data.subarray(y * width * 4, (y * width + 36) * 4));
    expect(margin.every((row) => row.every((value) => value === 255))).toBe(true);
  });

  test("shows at most fifteen bars and counts the rest", async () => {
    const render = createChartRenderer();
    const importance = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, 100 - index]));
    expect(barLengths(await pixelsOf(await render(importance(15))))).toHaveLength(15);
    expect(barLengths(await pixelsOf(await render(importance(40))))).toHaveLength(15);
    expect(Buffer.compare(await render(importance(40)), await render(importance(41)))).not.toBe(0);
  });

  test.each([
    ["one parameter", { a: 1 }],
    ["nothing but zeros", { a: 0, b: 0 }],
    ["huge numbers", { a: 1e300, b: Number.MAX_VALUE }],
    ["names that are no words", { "": 1, "\0\n\ud800\u202E": 1, 検索: 1, "👩‍💻": 1 }],
  ])("copes with %s", async (_title, importance) => {
    expect((await createChartRenderer()(importance)).length).toBeGreaterThan(1_000);
  });
});

describe("no chart, but an error,", () => {
  test.each([
    ["for no parameter", {}, "there is no parameter importance to draw"],
    ["for text", { a: 1, b: "0.5" }, 'the importance of "b" is not a number of 0 or more'],
    ["for null", { a: null }, 'the importance of "a" is'],
    ["for NaN", { a: Number.NaN }, 'the importance of "a" is'],
    ["for infinity", { a: Number.POSITIVE_INFINITY }, 'the importance of "a" is'],
    ["for a negative number", { a: -0.1 }, 'the importance of "a" is'],
    ["for an object", { a: { mean: 1 } }, 'the importance of "a" is'],
  ])("%s", async (_title, importance, message) => {
    const render = createChartRenderer();
    await expect(render(importance)).rejects.toThrow(ChartError);
    await expect(render(importance)).rejects.toThrow(message);
  });

  test("where a font file is missing, and nothing once it is there", async () => {
    let isThere = false;
    const render = createChartRenderer({
      locateFont: (fileName) => (isThere ? locateInter(fileName) : `/nonexistent/${fileName}`),
    });
    await expect(render({ a: 1 })).rejects.toThrow(
      new ChartError("font inter-latin-400-normal.woff2 can't be read; install the packages again"),
    );
    isThere = true;
    expect((await render({ a: 1 })).length).toBeGreaterThan(1_000);
  });

  test("where the font package is missing", async () => {
    const render = createChartRenderer({
      locateFont: () => {
        throw new Error("Cannot find module");
      },
    });
    await expect(render({ a: 1 })).rejects.toThrow("font inter-latin-400-normal.woff2 is missing");
  });
});
