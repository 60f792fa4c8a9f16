/** Another worker has this job by now: stop, and touch nothing. */
export class RunLost extends Error {
  constructor(run: { id: string; retryCount: number }) {
    super(`run ${run.retryCount} of job ${run.id} is over`);
    this.name = "RunLost";
  }
}
