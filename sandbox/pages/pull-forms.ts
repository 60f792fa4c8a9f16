import type { PullView, RepositoryView } from "../world.ts";
import { type Html, html } from "./html.ts";

/** What a person can do with a pull request now, as plain forms. */
export function pullForms(repository: RepositoryView, pull: PullView): Html {
  const path = `/${repository.full_name}/pull/${pull.number}`;
  const button = (action: string, label: string, fields: Record<string, string> = {}): Html => {
    const hidden = Object.entries(fields).map(
      ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
    );
    return html`<form method="post" action="${path}/${action}">${hidden}<button>${label}</button></form>`;
  };
  const whileOpen = [
    button("merge", "Merge"),
    button("merge", "Squash and merge", { method: "squash" }),
    button("close", "Close"),
    button("reviews", "Approve", { state: "approved" }),
    button("reviews", "Request changes", { state: "changes_requested" }),
    button("statuses", "Set status: success", { state: "success" }),
    button("statuses", "Set status: failure", { state: "failure" }),
    button("statuses", "Set status: pending", { state: "pending" }),
    button("push-to-base", `Push a commit to ${pull.base.ref}`),
  ];
  const whileClosed = pull.merged ? [] : [button("reopen", "Reopen")];
  return html`<section>
<h2>Act as alice</h2>
<div>${pull.state === "open" ? whileOpen : whileClosed}</div>
<form class="block" method="post" action="${path}/comments">
<label>Comment<textarea name="body" required></textarea></label><button>Comment</button>
</form>
</section>`;
}
