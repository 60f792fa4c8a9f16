import { AppError } from "../errors.ts";
import type { FileAtPath } from "../git/transport.ts";
import { type ConfigDiff, type OutOfRange, validateConfigDiff } from "./config-diff.ts";
import { paramsPath } from "./config-path.ts";
import type { DeclaredParams } from "./declared-params.ts";
import { applyConfigDiff, type ParamChange, type ParamDrift } from "./params-file.ts";

/** What a proposal does to its params file, before anything is written. */
export interface PlannedChange {
  path: string;
  before: Uint8Array;
  after: Uint8Array;
  changes: ParamChange[];
  drift: ParamDrift[];
  outOfRange: OutOfRange[];
}

/**
 * Where the params file of a proposal lies.
 * @throws AppError INVALID_CONFIG_PATH
 */
export const paramsPathOf = (
  cluster: { name: string; config_path: string | null },
  template: { name: string },
): string => {
  const path = paramsPath(cluster.config_path, template.name);
  if (path.kind === "invalid") {
    throw new AppError(
      "INVALID_CONFIG_PATH",
      `Cluster ${cluster.name}: ${path.message}. Correct the cluster's config_path.`,
    );
  }
  return path.path;
};

/**
 * Holds the diff against the template's declaration.
 * @throws AppError PARAM_NOT_IN_TEMPLATE, PARAM_VALUE_INVALID
 */
export const checkDiff = (
  diff: ConfigDiff,
  template: { name: string; version: number; declared_params: DeclaredParams },
): OutOfRange[] => {
  const check = validateConfigDiff(diff, template.declared_params);
  switch (check.kind) {
    case "valid":
      return check.outOfRange;
    case "param_not_in_template":
      throw new AppError(
        "PARAM_NOT_IN_TEMPLATE",
        `Template ${template.name} v${template.version} does not declare ${check.params.join(", ")}. Declare it in a new template version, or leave it out of the proposal.`,
      );
    case "param_value_invalid":
      throw new AppError("PARAM_VALUE_INVALID", `${check.message}.`);
    default:
      throw new TypeError(`unknown outcome ${check satisfies never}`);
  }
};

/**
 * Applies a checked diff to the file as the base branch has it.
 * @throws AppError PARAMS_FILE_NOT_FOUND, INVALID_CONFIG_PATH, PARAM_VALUE_INVALID, NO_CHANGES
 */
export const planChange = (
  path: string,
  file: FileAtPath,
  diff: ConfigDiff,
  outOfRange: OutOfRange[],
): PlannedChange => {
  const before = bytesOf(path, file);
  const edit = applyConfigDiff(before, diff);
  switch (edit.kind) {
    case "edited":
      return { path, before, after: edit.bytes, changes: edit.changes, drift: edit.drift, outOfRange };
    case "no_changes":
      throw new AppError(
        "NO_CHANGES",
        `${path} on the base branch has every proposed value already. Reject the proposal: there is nothing to open.`,
      );
    case "conflict":
      throw new AppError("PARAM_VALUE_INVALID", `${path}: ${edit.message}`);
    case "unreadable":
      throw new AppError(
        "PARAMS_FILE_NOT_FOUND",
        `${path} on the base branch is not usable: ${edit.message}`,
      );
    default:
      throw new TypeError(`unknown outcome ${edit satisfies never}`);
  }
};

const bytesOf = (path: string, file: FileAtPath): Uint8Array => {
  switch (file.kind) {
    case "file":
      return file.bytes;
    case "missing":
      throw new AppError(
        "PARAMS_FILE_NOT_FOUND",
        `${path} does not exist on the base branch. Commit it there, or correct the cluster's config_path.`,
      );
    case "directory":
      throw new AppError("PARAMS_FILE_NOT_FOUND", `${path} is a directory on the base branch.`);
    case "symlink":
    case "submodule":
      // On the way to the file it is the cluster's path that is wrong; at its end, the file itself.
      throw file.path === path
        ? new AppError(
            "PARAMS_FILE_NOT_FOUND",
            `${path} is a ${file.kind} on the base branch; only a regular file is edited.`,
          )
        : new AppError(
            "INVALID_CONFIG_PATH",
            `${file.path}, on the way to ${path}, is a ${file.kind}. Correct the cluster's config_path.`,
          );
    default:
      throw new TypeError(`unknown kind ${file satisfies never}`);
  }
};
