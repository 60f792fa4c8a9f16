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

export const OrganizationBody = z.strictObject({ login: z.string().min(1) });

export const NewRepositoryBody = z.strictObject({
  owner: z.string().min(1),
  name: z.string().regex(/^[\w.-]+$/),
  files: Files.exactOptional(),
  message: z.string().exactOptional(),
  defaultBranch: z.string().exactOptional(),
  archived: z.boolean().exactOptional(),
  private: z.boolean().exactOptional(),
  installed: z.boolean().exactOptional(),
});

export const RepositoryBody = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]+$/)
    .optional(),
  archived: z.boolean().optional(),
  branch_rule: z
    .strictObject({
      kind: z.enum(["creations_restricted", "protected"]),
      pattern: z.string().regex(/^[\w./*-]+$/),
    })
    .nullable()
    .optional(),
});

export const CommitBody = z.strictObject({
  person: z.string().min(1).default("alice"),
  branch: z.string().min(1),
  files: Files,
  message: z.string().optional(),
  parent: z.string().optional(),
});

const Names = z.array(z.union([z.string(), z.int()])).default([]);
export const InstallationBody = z.strictObject({
  suspended: z.boolean().optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  add_repositories: Names,
  remove_repositories: Names,
});

export const SettingsBody = z.strictObject({ stateless_tokens: z.boolean() });

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
    z.strictObject({ kind: z.literal("hold"), when }),
  ]),
});
