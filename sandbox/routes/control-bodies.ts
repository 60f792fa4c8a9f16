import { z } from "zod";
import { READY_ANSWERS } from "../faults/ready-answers.ts";

/** Bodies of the control API. In JSON a file's bytes are text, or base64 under `base64`. */
const Bytes = z.object({ base64: z.base64() }).transform(({ base64 }) => Buffer.from(base64, "base64"));
const Content = z.union([z.string(), Bytes]);
const Entry = z.union([
  Content,
  z.strictObject({ executable: Content }),
  z.strictObject({ symlink: z.string() }),
  z.strictObject({ submodule: z.string().regex(/^[0-9a-f]{40}$/) }),
  z.null(),
]);
const Files = z.record(z.string(), Entry);

const Name = z.string().regex(/^[\w.-]+$/);
const Login = z.string().min(1);
const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const person = Login.exactOptional();

export const ByBody = z.strictObject({ person });
export const OrganizationBody = z.strictObject({ login: Login });
export const AccountBody = z.strictObject({ login: Login, person });

export const NewRepositoryBody = z.strictObject({
  owner: Login,
  name: Name,
  files: Files.exactOptional(),
  message: z.string().exactOptional(),
  defaultBranch: z.string().exactOptional(),
  archived: z.boolean().exactOptional(),
  private: z.boolean().exactOptional(),
  installed: z.boolean().exactOptional(),
});
export const BulkRepositoriesBody = z.strictObject({ owner: Login, names: z.array(Name) });

export const RepositoryBody = z.strictObject({
  person,
  name: Name.optional(),
  owner: Login.optional(),
  default_branch: z.string().min(1).optional(),
  archived: z.boolean().optional(),
  branch_rule: z
    .strictObject({
      kind: z.enum(["creations_restricted", "protected"]),
      pattern: z.string().regex(/^[\w./*-]+$/),
    })
    .nullable()
    .optional(),
});
export const ForkBody = z.strictObject({ person: Login });
export const RoleBody = z.strictObject({
  role: z.enum(["admin", "maintain", "write", "triage", "read", "none"]),
});

export const CommitBody = z.strictObject({
  person: Login.default("alice"),
  branch: z.string().min(1),
  files: Files,
  message: z.string().optional(),
  parent: z.string().optional(),
});
export const BranchBody = z.strictObject({ sha: Sha, person });
/** What else a push says of the files it changes. */
export const HeadPushBody = z.strictObject({
  person,
  files: Files.exactOptional(),
  message: z.string().exactOptional(),
});

const BulkPull = z.strictObject({
  title: z.string().min(1),
  head: z.string().min(1),
  body: z.string().exactOptional(),
  files: Files.exactOptional(),
});
export const BulkPullsBody = z.strictObject({
  pulls: z.union([z.int().min(1), z.array(BulkPull)]),
  base: z.string().exactOptional(),
  person,
});

const Names = z.array(z.union([z.string(), z.int()]));
const Coverage = z.union([z.literal("all"), Names]);
const Granted = z.record(z.string(), z.string());
export const InstallBody = z.strictObject({
  person,
  repositories: Coverage.exactOptional(),
  permissions: Granted.exactOptional(),
});
export const InstallationBody = z.strictObject({
  person,
  suspended: z.boolean().optional(),
  permissions: Granted.optional(),
  accept_permissions: z.literal(true).optional(),
  repositories: Coverage.optional(),
  add_repositories: Names.default([]),
  remove_repositories: Names.default([]),
});

export const SettingsBody = z.strictObject({
  stateless_tokens: z.boolean().optional(),
  app_permissions: Granted.optional(),
});

const when = z.enum(["before", "after"]);
export const FaultBody = z.strictObject({
  method: z.string().optional(),
  path: z.string().optional(),
  skip: z.int().min(0).optional(),
  times: z.int().min(1).nullable().optional(),
  fault: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("latency"), latency_ms: z.int().min(0) }),
    z.strictObject({
      kind: z.literal("answer"),
      status: z.int().min(200).max(599),
      headers: z.record(z.string(), z.string()).exactOptional(),
      body: z.union([z.string(), z.record(z.string(), z.unknown())]).exactOptional(),
    }),
    z.strictObject({
      kind: z.literal("ready"),
      name: z.enum(READY_ANSWERS),
      retry_after_s: z.int().exactOptional(),
    }),
    z.strictObject({ kind: z.literal("drop"), when }),
    z.strictObject({ kind: z.literal("truncate") }),
    z.strictObject({ kind: z.literal("html") }),
    z.strictObject({ kind: z.literal("hold"), when: z.enum(["before", "after", "midway"]) }),
    z.strictObject({ kind: z.literal("stale") }),
  ]),
});
