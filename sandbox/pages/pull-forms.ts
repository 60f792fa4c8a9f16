import { CONCLUSIONS } from "../checks/check-runs.ts";
import { REACTIONS } from "../state/model.ts";
import type { PullView } from "../world.ts";
import { actAs, button, type EditPlace, editLink, type FormPlace, form, input, select } from "./forms.ts";
import { type Html, html } from "./html.ts";

/** What a person can do with a pull request now, as plain forms. */
export function pullForms(place: EditPlace, pull: PullView): Html {
  const whileOpen = [
    button(place, "merge", "Merge"),
    button(place, "merge", "Squash and merge", { method: "squash" }),
    button(place, "close", "Close"),
    pull.draft
      ? button(place, "ready-for-review", "Ready for review")
      : button(place, "convert-to-draft", "Convert to draft"),
    button(place, "reviews", "Approve", { state: "approved" }),
    button(place, "reviews", "Request changes", { state: "changes_requested" }),
    button(place, "statuses", "Set status: success", { state: "success" }),
    button(place, "statuses", "Set status: failure", { state: "failure" }),
    button(place, "statuses", "Set status: pending", { state: "pending" }),
    button(place, "push-to-head", `Push a commit to ${pull.head.ref}`),
    button(place, "push-to-base", `Push a commit to ${pull.base.ref}`),
    button(place, "reset-head", `Reset ${pull.head.ref} to ${pull.base.ref}`),
  ];
  const whileClosed = [
    ...(pull.merged ? [] : [button(place, "reopen", "Reopen")]),
    button(place, "restore-branch", `Restore ${pull.head.ref}`),
  ];
  return html`<section>
<h2>Act as ${place.person}</h2>
<div>${actAs(place.person)}</div>
<div>${pull.state === "open" ? whileOpen : whileClosed}
${button(place, "delete-branch", `Delete ${pull.head.ref}`)}
${button(place, "rerun-checks", "Re-run all checks of the app")}</div>
<div>${checkForm(place)}</div>
<div>${editForm(place, pull)}</div>
${block(place, "comments", "Comment", html`<label>Comment<textarea name="body" required></textarea></label>`)}
</section>`;
}

function checkForm(place: FormPlace): Html {
  const inputs = html`${input("app", "Check of app", "ci")}${input("name", "named", "build")}
${select("status", ["completed", "in_progress", "queued"])}${select("conclusion", ["success", ...CONCLUSIONS.filter((one) => one !== "success")])}${input("title", "Title")}`;
  return form(place, "checks", "Report check", inputs);
}

function editForm(place: EditPlace, pull: PullView): Html {
  const base = form(place, "edit", "Change base", input("base", "Base", pull.base.ref));
  if (place.editing !== "pull") return html`${editLink(place, "pull")} ${base}`;
  const inputs = html`${input("title", "Title", pull.title)}
<label>Body<textarea name="body">${pull.body ?? ""}</textarea></label>`;
  return html`${block(place, "edit", "Save title and body", inputs)}${base}`;
}

/** What somebody does with one comment. */
export function commentForms(place: EditPlace, id: number, body: string): Html {
  const comment = { comment: id };
  const inputs = html`<label>New text<textarea name="body">${body}</textarea></label>`;
  const change =
    place.editing === String(id) ? form(place, "edit-comment", "Save", inputs, comment) : editLink(place, id);
  return html`${form(place, "react", "React", select("content", REACTIONS), comment)}
${button(place, "delete-comment", "Delete", comment)}
${change}`;
}

function block(place: FormPlace, action: string, label: string, inputs: Html): Html {
  return html`<div class="block">${form(place, action, label, inputs)}</div>`;
}
