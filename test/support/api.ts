/** What a caller of the internal API sees. */
export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

export interface ErrorBody {
  detail: {
    error_code: string;
    message: string;
    retryable: boolean;
    reason?: string;
    fields?: { path: string }[];
  };
}

export interface ProposalBody {
  id: string;
  status: string;
  pr_url: string | null;
  pr_number: number | null;
  pr_branch: string | null;
  pr_base_sha: string | null;
  pr_head_sha: string | null;
  pr_state: string | null;
  pr_draft: boolean;
  pr_base_ref: string | null;
  pr_checks: string | null;
  pr_review: string | null;
  pr_merged_at: string | null;
  rejected_reason: string | null;
  open_pr_attempt: number;
  open_pr: {
    state: string;
    attempt: number;
    step: string | null;
    waiting_for: string | null;
    next_at: string | null;
    error: { code: string; reason: string | null; message: string; retryable: boolean } | null;
  };
}

export interface Api {
  readonly url: string;
  request<T = Record<string, unknown>>(
    method: string,
    path: string,
    options?: { body?: unknown; token?: string | null; headers?: Record<string, string> },
  ): Promise<Answer<T>>;
  /** @throws when the answer is an error */
  post<T = { id: string }>(path: string, body?: unknown): Promise<T>;
  get<T = Record<string, unknown>>(path: string): Promise<T>;
  proposal(id: string): Promise<ProposalBody>;
  press(id: string): Promise<Answer<ErrorBody & { status: string }>>;
  /** Presses, and waits until the attempt is over. */
  open(id: string): Promise<ProposalBody>;
  /** Waits until the proposal is as wanted. */
  until(id: string, wanted: (proposal: ProposalBody) => boolean): Promise<ProposalBody>;
}

const REQUEST_TIMEOUT_MS = 30_000;
const WAIT_TIMEOUT_MS = 25_000;
const POLL_MS = 100;

export const createApi = (webUrl: string, apiToken: string): Api => {
  const request: Api["request"] = async <T>(
    method: string,
    path: string,
    {
      body,
      token = apiToken,
      headers = {},
    }: { body?: unknown; token?: string | null; headers?: Record<string, string> } = {},
  ) => {
    const response = await fetch(`${webUrl}${path.startsWith("/api") ? path : `/api/v1${path}`}`, {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: JSON.parse(text) as T };
  };
  const strict = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await request<T>(method, path, body === undefined ? {} : { body });
    if (answer.status >= 400)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const proposal = (id: string) => strict<ProposalBody>("GET", `/proposals/${id}`);
  const until: Api["until"] = async (id, wanted) => {
    const deadline_ms = performance.now() + WAIT_TIMEOUT_MS;
    for (;;) {
      const present = await proposal(id);
      if (wanted(present)) return present;
      if (performance.now() > deadline_ms) throw new Error(`in vain: ${JSON.stringify(present, null, 1)}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  const press: Api["press"] = (id) => request("POST", `/proposals/${id}/open_pr`);
  return {
    url: webUrl,
    request,
    post: (path, body) => strict("POST", path, body),
    get: (path) => strict("GET", path),
    proposal,
    press,
    open: async (id) => {
      const pressed = await press(id);
      if (pressed.status !== 202) throw new Error(`press: ${pressed.status} ${JSON.stringify(pressed.body)}`);
      return until(id, ({ status, open_pr }) => status !== "pending" || open_pr.state === "failed");
    },
    until,
  };
};
