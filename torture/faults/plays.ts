import { open } from "./backstage.ts";
import { closing, opening, pushed } from "./config-repo-plays.ts";
import { checking, commanding, mirroring, syncing, tidying } from "./event-plays.ts";
import { notAnswered, notCarriedOut } from "./goals.ts";
import type { Play } from "./scene.ts";

/** Every way a job asks something of GitHub. */
export const PLAYS: readonly Play[] = [
  opening("open_pr", null),
  opening("open_pr after a crash behind the push", "git create branch"),
  opening("open_pr after a crash behind the pull request", "POST /repos/{repository}/pulls"),
  closing("close_pr of an opened proposal", open),
  closing("close_pr of a pushed proposal", pushed),
  mirroring,
  checking,
  commanding("run_command, carried out", "/relyloop refresh", notCarriedOut),
  commanding("run_command, refused", "/relyloop dance", notAnswered),
  tidying,
  syncing,
];
