import type { People } from "../people.ts";
import { addComment, addReaction, deleteComment, editComment, findComment } from "../pulls/comments.ts";
import { addReview, dismissReview } from "../pulls/reviews.ts";
import { accountById } from "../state/lookup.ts";
import type { CommentRecord } from "../state/model.ts";
import type { CommentView, RepositoryRef } from "../world.ts";
import { enter, enterPull, mustOwnOrWrite, mustWrite, type Scene } from "./acting.ts";
import type { WorldDeps } from "./create-world.ts";

type WordPeople = Pick<
  People,
  "commentOnPull" | "editComment" | "deleteComment" | "reactToComment" | "reviewPull" | "dismissReview"
>;

/** What people say about a pull request. */
export function createWordPeople(deps: WorldDeps): WordPeople {
  const { state } = deps.store;
  const view = ({ id, user_id, body, created_at, updated_at }: CommentRecord): CommentView => {
    return { id, user: accountById(state, user_id).login, body, created_at, updated_at };
  };
  const at = (ref: RepositoryRef, id: number, person?: string): Scene & { comment: CommentRecord } => {
    const scene = enter(deps, ref, person);
    return { ...scene, comment: findComment(state, scene.repository, id) };
  };

  return {
    async commentOnPull(ref, number, { body, person }) {
      const { repository, who } = await enterPull(deps, ref, number, person);
      return view(addComment(deps, { repository, number, user: who, body }));
    },
    async editComment(ref, id, { body, person }) {
      const scene = at(ref, id, person);
      mustOwnOrWrite(scene, scene.comment);
      return view(editComment(deps, scene.comment, body, scene.who));
    },
    async deleteComment(ref, id, { person } = {}) {
      const scene = at(ref, id, person);
      mustOwnOrWrite(scene, scene.comment);
      deleteComment(deps, scene.comment, scene.who);
    },
    async reactToComment(ref, id, { content, person }) {
      const { comment, who } = at(ref, id, person);
      addReaction(deps, comment, who, content);
    },
    async reviewPull(ref, number, { state: verdict, body = "", person }) {
      const { repository, pull, who } = await enterPull(deps, ref, number, person);
      const { id } = addReview(deps, { repository, pull, user: who, state: VERDICTS[verdict], body });
      return { id };
    },
    async dismissReview(ref, number, id, { person } = {}) {
      const scene = await enterPull(deps, ref, number, person);
      mustWrite(scene);
      dismissReview(deps, { ...scene, id }, scene.who);
    },
  };
}

const VERDICTS = {
  approved: "APPROVED",
  changes_requested: "CHANGES_REQUESTED",
  commented: "COMMENTED",
} as const;
