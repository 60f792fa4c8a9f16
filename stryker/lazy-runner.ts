import { TestRunner } from "vitest";

/** Does not even import the test files that follow the first failure: to whom a mutant is known already, they say nothing. */
export default class LazyRunner extends TestRunner {
  override async importFile(path: string, source: "collect" | "setup"): Promise<unknown> {
    // Vitest's own runner keeps to itself whether it was told to stop.
    return Reflect.get(this, "cancelRun") === true ? undefined : super.importFile(path, source);
  }
}
