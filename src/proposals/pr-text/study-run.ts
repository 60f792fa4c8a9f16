import type { StudyFacts } from "../pr-facts.ts";
import { formatDuration } from "./numbers.ts";

/** How long a study ran, or undefined where its times are not known or make no sense. */
export function studyDuration(study: Pick<StudyFacts, "started_at" | "completed_at">): string | undefined {
  const { started_at, completed_at } = study;
  if (started_at === null || completed_at === null) return undefined;
  const duration_ms = completed_at.getTime() - started_at.getTime();
  return duration_ms >= 0 ? formatDuration(duration_ms) : undefined;
}
