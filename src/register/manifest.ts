import { isMap, isScalar, isSeq, type Node, parseDocument } from "yaml";
import { z } from "zod";

/**
 * GitHub's parameters of a manifest, as far as app.yml gives them:
 * https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#github-app-manifest-parameters
 */
export const manifestSchema = z.strictObject({
  name: z.string().min(1).max(34),
  url: z.url(),
  description: z.string(),
  public: z.boolean(),
  // GitHub wants the address whenever the object is there, active or not.
  hook_attributes: z.strictObject({ url: z.url(), active: z.boolean() }),
  setup_url: z.url(),
  setup_on_update: z.boolean(),
  request_oauth_on_install: z.literal(false),
  default_permissions: z.record(z.string(), z.enum(["read", "write", "admin"])),
  default_events: z.array(z.string()),
});
type AppFile = z.output<typeof manifestSchema>;

/** What is sent to GitHub. */
export type Manifest = Omit<AppFile, "setup_url"> & { redirect_url: string; setup_url?: string };

/** Something the app asks for, and why. */
export interface Asked {
  /** Such as `contents: write`, or `pull_request`. */
  what: string;
  why: string;
}

export interface AppManifest {
  file: AppFile;
  permissions: Asked[];
  events: Asked[];
}

/**
 * Reads app.yml. Its comments are the reasons people are shown: the one above an entry belongs to it.
 * @throws ZodError
 */
export const readManifest = (text: string): AppManifest => {
  const document = parseDocument(text);
  const file = manifestSchema.parse(document.toJS());
  const why = reasonsOf(document.get("default_permissions", true));
  const whyEvent = reasonsOf(document.get("default_events", true));
  return {
    file,
    permissions: Object.entries(file.default_permissions).map(([name, level]) => ({
      what: `${name}: ${level}`,
      why: why.get(name) ?? "",
    })),
    events: file.default_events.map((name) => ({ what: name, why: whyEvent.get(name) ?? "" })),
  };
};

/** By key or item. An entry without a comment of its own shares the one above it. */
const reasonsOf = (node: unknown): Map<string, string> => {
  const reasons = new Map<string, string>();
  if (!isMap(node) && !isSeq(node)) return reasons;
  // The comment above the first entry is the whole collection's to the parser.
  let last = sentence(node);
  for (const item of node.items) {
    const named: unknown = isMap(node) ? (item as { key: unknown }).key : item;
    if (!isScalar(named)) continue;
    last = sentence(named) || last;
    reasons.set(String(named.value), last);
  }
  return reasons;
};

const sentence = ({ commentBefore }: Pick<Node, "commentBefore">): string =>
  (commentBefore ?? "").replace(/\s+/g, " ").trim();

export interface ManifestChoices {
  /** null: app.yml's. */
  name: string | null;
  /** Where people find out what this is; null: app.yml's. */
  homepage: string | null;
  /** Where GitHub sends events; null: nowhere. */
  webhookUrl: string | null;
  /** Where people land after installing; null: on GitHub. */
  setupUrl: string | null;
  redirectUrl: string;
}

/** app.yml with the addresses in it made this service's. */
export const buildManifest = (file: AppFile, choices: ManifestChoices): Manifest => {
  const { setup_url: _, ...rest } = file;
  return {
    ...rest,
    name: choices.name ?? file.name,
    url: choices.homepage ?? file.url,
    hook_attributes:
      choices.webhookUrl === null
        ? { ...file.hook_attributes, active: false }
        : { url: choices.webhookUrl, active: true },
    redirect_url: choices.redirectUrl,
    ...(choices.setupUrl !== null && { setup_url: choices.setupUrl }),
  };
};
