import { type Chronicle, placeOfBranch } from "./chronicle.ts";
import type { Timelines } from "./judge-answers.ts";
import type { FeedEvent } from "./proposal-model.ts";
import type { CastProposal, Stage } from "./stage.ts";
import { type Violation, violation } from "./violation.ts";

/** Every timeline is a way through the states, and every failure has something that can lead to it. */
export const judgeTimelines = (timelines: Timelines, stage: Stage, chronicle: Chronicle): Violation[] =>
  stage.cast.flatMap((proposal) => {
    const timeline = timelines.get(proposal.id);
    if (timeline === undefined) return [violation(`proposal ${proposal.id} is not in the feed`, proposal.id)];
    const { broken, events, states } = timeline;
    const wrong =
      broken === null
        ? []
        : [
            `event ${broken.seq}, ${broken.kind} ${JSON.stringify(broken.data)}, can't follow ` +
              JSON.stringify(states.at(-1)?.state ?? null),
          ];
    const failures = events
      .filter(({ kind }) => kind === "open_pr_failed")
      .filter((event) => !isExplained(event, proposal, stage, chronicle))
      .map(
        ({ seq, data }) => `event ${seq}: nothing that was done can lead to ${data.code}: ${data.message}`,
      );
    return [...wrong, ...failures].map((text) => violation(`proposal ${proposal.id}: ${text}`, proposal.id));
  });

/** Whether anything that was done can make an attempt fail like that. Values are new ones and files stand, always. */
const isExplained = (
  { data }: FeedEvent,
  { branch }: CastProposal,
  stage: Stage,
  chronicle: Chronicle,
): boolean => {
  const wasTouched = stage.repositories.some(({ id }) => chronicle.touched.has(placeOfBranch(id, branch)));
  const wasTroubled = chronicle.troubled.size > 0 || chronicle.faults > 0;
  switch (data.code) {
    case "BRANCH_EXISTS":
      return wasTouched;
    case "GITHUB_API_FAILED":
      // A branch that went, or a pull request that is in the way, is refused in GitHub's own words.
      return data.reason !== "abandoned" && (wasTouched || wasTroubled);
    case "GITHUB_NOT_CONFIGURED":
    case "CLONE_FAILED":
    case "PUSH_REJECTED":
      return wasTroubled || data.reason === "repo_removed";
    default:
      return false;
  }
};
