export interface BenchOptions {
  /** Also what takes minutes and is promised nothing of. */
  all: boolean;
}
