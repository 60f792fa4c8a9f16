import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { cleanLine } from "../proposals/clean-text.ts";
import { CHART_FONT_FAMILIES, type LocateFont, locateInter, registerChartFonts } from "./chart-fonts.ts";
import { type ImportanceBar, type ImportanceBars, importanceBars } from "./importance-bars.ts";

const WIDTH_PX = 800;
const HEIGHT_PX = 600;
const MARGIN_PX = 40;

/** Bars stand between these; labels end left of them, the longest bar leaves room for its value. */
const BARS_LEFT_PX = 296;
const BARS_RIGHT_PX = 680;
const BARS_TOP_PX = 104;
const BARS_BOTTOM_PX = 540;
const ROW_PX_MAX = 56;
const BAR_PX_MAX = 30;
const GAP_PX = 12;

const LABEL_SIZE_PX = 17;
/** No text of this length fits, so that a longer one need not be measured whole. */
const TEXT_CODE_POINTS_MAX = 200;
const INK = "#1a1a1a";
const FAINT_INK = "#5c5c5c";
const BAR = "#444444";
const RULE = "#cccccc";
const PAPER = "#ffffff";

export const CHART_TITLE = "Parameter importance";

/**
 * Draws importance by parameter as horizontal bars, largest first: a PNG of 800×600, the same bytes for the same input.
 * @throws ChartError when the importance is empty or holds anything but numbers of 0 or more, or a font is missing
 */
export type ChartRenderer = (
  importance: Record<string, unknown>,
  options?: { title?: string },
) => Promise<Uint8Array>;

/** Fonts are registered at the first chart, so that making a renderer costs and risks nothing. */
export function createChartRenderer(options: { locateFont?: LocateFont } = {}): ChartRenderer {
  let hasFonts = false;
  return async (importance, { title = CHART_TITLE } = {}) => {
    const shown = importanceBars(importance);
    if (!hasFonts) registerChartFonts(options.locateFont ?? locateInter);
    hasFonts = true;
    const canvas = createCanvas(WIDTH_PX, HEIGHT_PX);
    drawChart(canvas.getContext("2d"), shown, cleanLine(title));
    // Compressing takes ten times as long as drawing; like this it does so on a thread of its own.
    return new Uint8Array(await canvas.encode("png"));
  };
}

function drawChart(context: SKRSContext2D, { bars, more }: ImportanceBars, title: string): void {
  context.fillStyle = PAPER;
  context.fillRect(0, 0, WIDTH_PX, HEIGHT_PX);
  context.textBaseline = "middle";

  setFont(context, 700, 24, INK);
  context.fillText(fitText(context, title, WIDTH_PX - 2 * MARGIN_PX), MARGIN_PX, 56);

  const row_px = Math.min(ROW_PX_MAX, (BARS_BOTTOM_PX - BARS_TOP_PX) / bars.length);
  const largest = bars[0]?.value ?? 0;
  context.fillStyle = RULE;
  context.fillRect(BARS_LEFT_PX - 1, BARS_TOP_PX, 1, row_px * bars.length);
  for (const [index, bar] of bars.entries()) {
    drawBar(context, bar, BARS_TOP_PX + (index + 0.5) * row_px, row_px, largest);
  }

  if (more === 0) return;
  setFont(context, 400, 15, FAINT_INK);
  context.textAlign = "left";
  context.fillText(`+${more} more`, BARS_LEFT_PX, BARS_BOTTOM_PX + 24);
}

function drawBar(
  context: SKRSContext2D,
  { label, value }: ImportanceBar,
  middle_px: number,
  row_px: number,
  largest: number,
): void {
  const share = largest === 0 ? 0 : value / largest;
  const height_px = Math.round(Math.min(BAR_PX_MAX, row_px * 0.64));
  // What is not zero is seen, be it one pixel.
  const length_px = value === 0 ? 0 : Math.max(1, Math.round(share * (BARS_RIGHT_PX - BARS_LEFT_PX)));
  context.fillStyle = BAR;
  context.fillRect(BARS_LEFT_PX, Math.round(middle_px - height_px / 2), length_px, height_px);

  setFont(context, 400, LABEL_SIZE_PX, INK);
  context.textAlign = "right";
  const labelRight_px = BARS_LEFT_PX - GAP_PX;
  context.fillText(fitText(context, label, labelRight_px - MARGIN_PX), labelRight_px, middle_px);
  setFont(context, 700, LABEL_SIZE_PX, INK);
  context.textAlign = "left";
  context.fillText(formatValue(value), BARS_LEFT_PX + length_px + GAP_PX, middle_px);
}

function setFont(context: SKRSContext2D, weight: 400 | 700, size_px: number, color: string): void {
  context.font = `${weight} ${size_px}px ${CHART_FONT_FAMILIES}`;
  context.fillStyle = color;
}

/** The text, or as much of it as fits before a "…". */
function fitText(context: SKRSContext2D, text: string, width_px: number): string {
  if (context.measureText(text).width <= width_px) return text;
  const characters = [...text].slice(0, TEXT_CODE_POINTS_MAX);
  while (characters.length > 0 && context.measureText(`${characters.join("")}…`).width > width_px) {
    characters.pop();
  }
  return `${characters.join("").trimEnd()}…`;
}

/** Three decimals, as in the pull request's tables; powers of ten where those would not fit. */
function formatValue(value: number): string {
  return value >= 1_000_000 ? value.toExponential(2) : value.toFixed(3);
}
