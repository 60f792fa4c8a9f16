/** One entry of a 422's `errors`. */
export interface FieldProblem {
  resource: string;
  code: "missing" | "missing_field" | "invalid" | "already_exists" | "unprocessable" | "custom";
  field?: string;
  message?: string;
}

export const DOCUMENTATION_URL = "https://docs.github.com/rest";

/** A refusal in GitHub's own words; the REST layer turns it into the answer. */
export class GitHubError extends Error {
  readonly status: number;
  readonly problems: FieldProblem[] | undefined;

  constructor(status: number, message: string, problems?: FieldProblem[]) {
    super(message);
    this.name = "GitHubError";
    this.status = status;
    this.problems = problems;
  }

  /** The body GitHub answers: its status is a string in there. */
  get body(): { message: string; errors?: FieldProblem[]; documentation_url: string; status: string } {
    return {
      message: this.message,
      ...(this.problems ? { errors: this.problems } : {}),
      documentation_url: DOCUMENTATION_URL,
      status: String(this.status),
    };
  }
}

export const notFound = (): GitHubError => new GitHubError(404, "Not Found");
export const badCredentials = (): GitHubError => new GitHubError(401, "Bad credentials");
export const notAccessible = (): GitHubError =>
  new GitHubError(403, "Resource not accessible by integration");
export const validationFailed = (...problems: FieldProblem[]): GitHubError =>
  new GitHubError(422, "Validation Failed", problems);
