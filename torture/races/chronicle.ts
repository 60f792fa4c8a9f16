import type { Standing } from "./standing.ts";

/** What an operator may ask of a proposal. */
export type CallKind = "press" | "reject" | "submit" | "read" | "preview";

/**
 * One request to the API with its answer. Event numbers are given in the order of commits and without gaps, so whatever
 * the answer rests on was true after event `from`, after `to`, or in between.
 */
export interface Call {
  kind: CallKind;
  proposalId: string;
  /** null: made by hand. */
  studyId: string | null;
  /** Stands in the event, if it led to one. */
  requestId: string;
  from: number;
  to: number;
  status: number;
  code: string | null;
  reason: string | null;
  body: Record<string, unknown>;
  /** Where the proposal's cluster led all the time; null: that changed meanwhile. */
  standing: Standing | null;
}

/** A commit that a person pushed to a branch. */
export interface PersonsCommit {
  repository: number;
  branch: string;
  sha: string;
  /** See {@link Chronicle.now}. */
  began: number;
}

/** A person deleted a branch, or forced it. */
export interface Taking {
  repository: number;
  branch: string;
  ended: number;
}

/** One thing somebody did, for whoever has to understand a violation. */
export interface Deed {
  from: number;
  to: number;
  text: string;
  /** Proposals, and places such as `41#3` or `41:relyloop/x`. */
  about: readonly string[];
}

/** Everything that was done, by whom and when: what the end is held against. */
export interface Chronicle {
  calls: Call[];
  deeds: Deed[];
  commits: PersonsCommit[];
  takings: Taking[];
  /** `41:relyloop/x`: branches people laid hands on, by whatever means. */
  touched: Set<string>;
  /** Pull requests that people opened, by `41#3`; true: and never closed. */
  personsPulls: Map<string, boolean>;
  /** `41:relyloop/x`: branches that people brought back after they had been deleted. */
  restored: Set<string>;
  /** When a person last reopened a pull request, by `41#3`: the event number after it. */
  reopened: Map<string, number>;
  /** Repositories that the app could not reach for a while. */
  troubled: Set<number>;
  /** Deeds that GitHub refused. */
  refused: number;
  /** Requests to GitHub that were made to go wrong. */
  faults: number;
  /** Counts on with every question, so that two deeds can be put in order. */
  now(): number;
}

export const createChronicle = (): Chronicle => {
  let now = 0;
  return {
    calls: [],
    deeds: [],
    commits: [],
    takings: [],
    touched: new Set(),
    personsPulls: new Map(),
    restored: new Set(),
    reopened: new Map(),
    troubled: new Set(),
    refused: 0,
    faults: 0,
    now: () => ++now,
  };
};

export const placeOfPull = (repository: number, number: number): string => `${repository}#${number}`;
export const placeOfBranch = (repository: number, branch: string): string => `${repository}:${branch}`;
