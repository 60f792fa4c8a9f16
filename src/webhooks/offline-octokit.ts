import { ProbotOctokit } from "probot";

interface AuthOptions {
  octokit: InstanceType<typeof ProbotOctokit>;
}

const REFUSAL = "Webhook handlers ask GitHub nothing: what they want is done by a job.";

/**
 * An authentication strategy (https://github.com/octokit/authentication-strategies.js) without credentials. Probot asks
 * it for a client for each event; everybody gets the same one, and whatever it is told to send fails at once.
 */
const createOfflineAuth = ({ octokit }: AuthOptions) =>
  Object.assign(
    async ({ type }: { type: string }) => {
      if (type === "event-octokit") return octokit;
      throw new Error(REFUSAL);
    },
    {
      hook: async () => {
        throw new Error(REFUSAL);
      },
    },
  );

/** The client Probot's handlers find in their context. */
export const OfflineOctokit = ProbotOctokit.defaults((options: object) => ({
  ...options,
  authStrategy: createOfflineAuth,
  throttle: { enabled: false },
  retry: { enabled: false },
}));
