import type { TestService } from "../../test/support/start-service.ts";
import type { Chronicle, Deed } from "./chronicle.ts";
import { judgeFeed, type LiveFeed, readFeed } from "./feed.ts";
import { judgeCall, type Timelines } from "./judge-answers.ts";
import { judgeGithub } from "./judge-github.ts";
import { judgePeople } from "./judge-people.ts";
import { judgeRows } from "./judge-rows.ts";
import { judgeTimelines } from "./judge-timelines.ts";
import { type FeedEvent, timelineOf } from "./proposal-model.ts";
import type { Stage } from "./stage.ts";
import { readTruth } from "./truth.ts";
import { type Violation, violation } from "./violation.ts";

/** What happened around a violation; more would hide it. */
const HISTORY_LINES_MAX = 80;

export interface Judged {
  stage: Stage;
  chronicle: Chronicle;
  live: Pick<LiveFeed, "upTo">;
}

/** Holds everything that was answered and everything that is left against what is promised. @returns what was not so */
export const judge = async (service: TestService, { stage, chronicle, live }: Judged): Promise<string[]> => {
  const feed = await readFeed(service);
  const timelines: Timelines = new Map(
    [...Map.groupBy(feed, ({ proposal_id }) => proposal_id)].map(([id, events]) => [id, timelineOf(events)]),
  );
  const studyOf = new Map(stage.cast.map(({ id, studyId }) => [id, studyId]));
  const answers = chronicle.calls.flatMap((call) => {
    const wrong = judgeCall(call, timelines, studyOf);
    if (wrong === null) return [];
    const { kind, proposalId, status, code, reason } = call;
    const answer = [status, code, reason].filter((word) => word !== null).join(" ");
    return [violation(`${kind} of proposal ${proposalId} was answered ${answer}: ${wrong}`, proposalId)];
  });
  const truth = await readTruth(service, stage);
  const found: Violation[] = [
    ...judgeFeed(feed, await live.upTo(feed.length)).map((text) => violation(text)),
    ...service.violations.map((text) =>
      violation(`an exchange GitHub's description does not allow: ${text}`),
    ),
    ...answers,
    ...judgeTimelines(timelines, stage, chronicle),
    ...judgeRows(truth, timelines, chronicle),
    ...(await judgeGithub(truth, chronicle)),
    ...(await judgePeople(truth, chronicle)),
  ];
  return found.map((one) => `${one.text}${historyOf(one, feed, chronicle.deeds)}`);
};

/** What was done to it and what it told, in the order of the feed. */
const historyOf = ({ about }: Violation, feed: readonly FeedEvent[], deeds: readonly Deed[]): string => {
  const told = feed
    .filter(({ proposal_id }) => about.includes(proposal_id))
    .map(({ seq, kind, data }) => ({ at: seq, line: `${seq} ${kind} ${JSON.stringify(data)}` }));
  const done = deeds
    .filter((deed) => deed.about.some((one) => about.includes(one)))
    .map(({ from, to, text }) => ({ at: from + 0.5, line: `${from}-${to} · ${text}` }));
  const lines = [...told, ...done]
    .sort((one, other) => one.at - other.at)
    .map(({ line }) => `\n      ${line}`);
  const left = lines.length - HISTORY_LINES_MAX;
  return [...lines.slice(0, HISTORY_LINES_MAX), ...(left > 0 ? [`\n      … ${left} more`] : [])].join("");
};
