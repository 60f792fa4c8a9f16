import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { insertConfigRepo } from "../../src/db/config-repos-store.ts";
import { clusterBody } from "./http-fixtures.ts";
import { useHttpServer } from "./http-harness.ts";

const http = useHttpServer();
const UUID_OF_NOTHING = "0198a0c0-0000-7000-8000-000000000000";
const create = (changes: object = {}) => http.call("POST", "clusters", { payload: clusterBody(changes) });
const patch = (id: string, payload: object) => http.call("PATCH", `clusters/${id}`, { payload });

const addConfigRepo = (github_repo_id: number) =>
  insertConfigRepo(http.db, {
    name: `configs ${github_repo_id}`,
    repo_url: "https://github.com/acme/configs",
    github_repo_id,
    owner: "acme",
    repo: "configs",
    default_branch: "main",
    pr_base_branch: "main",
    auth_ref: "41",
    status: "active",
    registered_via: "api",
  });

describe("POST /clusters", () => {
  it("adds a cluster with its config repo and path", async () => {
    const configRepo = await addConfigRepo(1);
    const payload = clusterBody({ config_repo_id: configRepo.id, config_path: "clusters/prod_1.eu" });

    const answer = await http.call("POST", "clusters", { payload });

    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`/api/v1/clusters/${answer.body.id}`);
    expect(answer.body).toEqual({ ...payload, id: expect.any(String), created_at: expect.any(String) });
    expect((await http.call("GET", `clusters/${answer.body.id}`)).body).toEqual(answer.body);
  });

  it("needs neither a config repo nor a path", async () => {
    expect((await create()).body).toMatchObject({ config_repo_id: null, config_path: null });
  });

  it.each(["/abs", "a/../b", "a//b", "a/", ".git/x", "a/.GIT", "a b", "ä", "a\\b", "x".repeat(501)])(
    "refuses the config_path %s",
    async (config_path) => {
      const answer = await create({ config_path });

      expect(answer.status).toBe(422);
      expect(answer.body.detail.fields[0].path).toBe("config_path");
    },
  );

  it.each([
    { engine_type: "lucene" },
    { environment: "" },
    { name: "" },
    { name: "a\tb" },
    { config_repo_id: "1" },
  ])("refuses %j", async (changes) => {
    const answer = await create(changes);

    expect(answer.status).toBe(422);
    expect(answer.body.detail.fields[0].path).toBe(Object.keys(changes)[0]);
  });

  it("answers 404 to a config repo that is nobody's", async () => {
    const answer = await create({ config_repo_id: UUID_OF_NOTHING });

    expect(answer.status).toBe(404);
    expect(answer.body.detail.error_code).toBe("CONFIG_REPO_NOT_FOUND");
  });

  it("answers one 201 and otherwise 409 to several creates of the same name at the same moment", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => create({ name: "raced" })));

    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409]);
    const codes = answers.flatMap((answer) => answer.body.detail?.error_code ?? []);
    expect(new Set(codes)).toEqual(new Set(["CLUSTER_NAME_TAKEN"]));
  });
});

describe("PATCH /clusters/{id}", () => {
  it("changes what is given and leaves the rest", async () => {
    const configRepo = await addConfigRepo(2);
    const { body: before } = await create({ config_path: "a" });

    const moved = await patch(before.id, { config_repo_id: configRepo.id });
    expect(moved.body).toEqual({ ...before, config_repo_id: configRepo.id });

    const renamed = await patch(before.id, { name: "renamed", config_path: "b" });
    expect(renamed.body).toEqual({ ...moved.body, name: "renamed", config_path: "b" });

    const freed = await patch(before.id, { config_repo_id: null, config_path: null });
    expect(freed.body).toEqual({ ...renamed.body, config_repo_id: null, config_path: null });
    expect((await patch(before.id, {})).body).toEqual(freed.body);
  });

  it.each([{ engine_type: "solr" }, { config_path: "../x" }, { name: null }])(
    "refuses %j",
    async (changes) => {
      const { body } = await create();

      expect((await patch(body.id, changes)).status).toBe(422);
    },
  );

  it("refuses a taken name and a config repo that is nobody's", async () => {
    const { body: one } = await create();
    const { body: other } = await create();

    const taken = await patch(one.id, { name: other.name });
    expect(taken.status).toBe(409);
    expect(taken.body.detail.error_code).toBe("CLUSTER_NAME_TAKEN");
    const gone = await patch(one.id, { config_repo_id: UUID_OF_NOTHING });
    expect(gone.status).toBe(404);
    expect(gone.body.detail.error_code).toBe("CONFIG_REPO_NOT_FOUND");
  });

  it.each([UUID_OF_NOTHING, "x"])("answers 404 for the id %s", async (id) => {
    for (const answer of [
      await patch(id, { name: "x" }),
      await patch(id, {}),
      await http.call("GET", `clusters/${id}`),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.body.detail.error_code).toBe("CLUSTER_NOT_FOUND");
    }
  });
});

describe("GET /clusters", () => {
  it("reaches each of 201 rows at limit 200", async () => {
    const { body: before } = await http.call("GET", "clusters?limit=200");
    const missing = 201 - before.data.length;
    await http.db
      .insertInto("clusters")
      .values(
        Array.from({ length: missing }, () => ({
          id: uuidv7(),
          name: uuidv7(),
          engine_type: "solr" as const,
          environment: "dev" as const,
        })),
      )
      .execute();

    const first = await http.call("GET", "clusters?limit=200");
    const second = await http.call("GET", `clusters?limit=200&cursor=${first.body.next_cursor}`);

    expect(first.headers["x-total-count"]).toBe("201");
    expect(second.body).toMatchObject({ has_more: false, next_cursor: null });
    const ids = [...first.body.data, ...second.body.data].map((row: { id: string }) => row.id);
    expect(new Set(ids).size).toBe(201);
  });
});
