import type { Job } from "../../src/queue/job-data.ts";
import type { Backstage } from "./backstage.ts";

/** What a job is about, and what it is to come to. */
export interface Scene {
  job: Job;
  /** Runs of it before, such as one that died. */
  retryCount: number;
  /** null: it is about an installation. */
  proposalId: string | null;
  /** What is not as it shall be at the end; of what the job may go without, only that there are not two. */
  missing(lenient: boolean): Promise<string[]>;
  /** What there is twice, or where nothing should be. */
  doubled(): Promise<string[]>;
  /** The job that comes later, after this one gave up: a press, the sweep, the next event. */
  again(): Promise<Job>;
}

/** Brings a new proposal to where a job begins. */
export interface Play {
  name: string;
  set(backstage: Backstage): Promise<Scene>;
}
