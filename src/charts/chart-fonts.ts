import { createRequire } from "node:module";
import { GlobalFonts } from "@napi-rs/canvas";
import { ChartError } from "./chart-error.ts";

/**
 * The charts' own fonts. A machine without fonts draws no text and raises no error, and one with other fonts draws other
 * bytes: so Inter comes with the app.
 */

/** The parts Inter's web font is cut into; each becomes a family of its own, because a family has one file a weight. */
const SCRIPTS = ["latin", "latin-ext", "cyrillic", "greek"] as const;
const WEIGHTS = [400, 700] as const;

const familyOf = (script: string): string => `RelyLoop Inter ${script}`;

/** For a canvas's `font`: each character is taken from the first family that has it. */
export const CHART_FONT_FAMILIES = SCRIPTS.map((script) => `"${familyOf(script)}"`).join(", ");

/** Absolute path of a font file of the package @fontsource/inter. */
export type LocateFont = (fileName: string) => string;

export const locateInter: LocateFont = (fileName) =>
  createRequire(import.meta.url).resolve(`@fontsource/inter/files/${fileName}`);

/**
 * Makes the fonts known to the canvas library, which keeps them for the whole process.
 * @throws ChartError when a file is missing or not a font
 */
export function registerChartFonts(locate: LocateFont): void {
  for (const script of SCRIPTS) {
    for (const weight of WEIGHTS) {
      const fileName = `inter-${script}-${weight}-normal.woff2`;
      if (GlobalFonts.registerFromPath(locateFont(locate, fileName), familyOf(script)) === null) {
        throw new ChartError(`font ${fileName} can't be read; install the packages again`);
      }
    }
  }
}

function locateFont(locate: LocateFont, fileName: string): string {
  try {
    return locate(fileName);
  } catch (cause) {
    throw new ChartError(`font ${fileName} is missing; install the packages again`, { cause });
  }
}
