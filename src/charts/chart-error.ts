/** Why there is no chart: what was to be drawn is not what a chart can show, or the fonts are missing. */
export class ChartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ChartError";
  }
}
