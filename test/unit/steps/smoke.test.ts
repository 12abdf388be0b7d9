/**
 * Smoke checks that somebody asks for, as a program, of a real server; secrets and commands are of a fake `docker`. That a
 * real gateway and its certificates are asked so: test/e2e/hosts.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { AskedCheck, AskSmokeInput } from "../../../components/contract/ask-smoke.ts";
import { play, typed, type Played } from "./play.ts";

const password = "open sesame, please";
const token = "a-token-that-nobody-guesses";

/** A request as the server got it. */
interface Asked {
  readonly line: string;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
}

describe("smoke checks that somebody asks for", function () {
  this.timeout(60_000);
  let server: Server;
  let url: string;
  let asked: Asked[];
  let depth: number;

  beforeEach(async () => {
    asked = [];
    depth = 12;
    server = createServer((request, response) => {
      void text(request).then((body) => {
        const line = `${request.method ?? ""} ${request.url ?? ""}`;
        asked.push({ line, body, headers: request.headers });
        const { status = 200, json = {}, cookie } = answerTo(line, body, request.headers);
        if (cookie !== undefined) response.setHeader("set-cookie", cookie);
        response.statusCode = status;
        response.end(JSON.stringify(json));
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function answerTo(
    line: string,
    body: string,
    { authorization, cookie }: IncomingMessage["headers"],
  ): { status?: number; json?: unknown; cookie?: string } {
    switch (line) {
      case "HEAD /":
        return { cookie: "towpath-access=let-me-in; Path=/; HttpOnly" };
      case "POST /api/login":
        return body.includes(password) || body.includes(new URLSearchParams({ password }).toString())
          ? { json: { user: { id: 7 }, access_token: token }, cookie: "session=abcdef; Path=/" }
          : { status: 401, json: { problem: `not ${body}` } };
      case "GET /api/members/7":
        return authorization === `Bearer ${token}` ? {} : { status: 401, json: { got: authorization } };
      case "GET /api/me":
        return { json: { cookie } };
      case "GET /api/queue":
        return { json: { queue: { depth: depth-- } } };
      default:
        return { status: 404, json: { token } };
    }
  }

  /** Plays the program. */
  function smoke(change: Partial<AskSmokeInput>, script = ""): Promise<Played> {
    const input: AskSmokeInput = {
      ...{ url, gateway: "gateway", checks: [], afterwards: [], commands: [] },
      visitors: [{ host: new URL(url).host }],
      limitSeconds: 30,
      secrets: { SMOKE_PASSWORD: "api-1" },
      ...change,
    };
    const secrets = `"container inspect --format {{json .Config.Env}} api-1") echo '["A=b","SMOKE_PASSWORD=${password}"]' ;;`;
    return play("smoke", input, `case "$*" in ${secrets} ${script} esac`);
  }

  function checksIn({ exitCode, stdout, stderr }: Played): Omit<AskedCheck, "seconds">[] {
    assert.equal(exitCode, 0, stderr);
    const { checks } = JSON.parse(stdout) as { checks: AskedCheck[] };
    return checks.map(({ seconds, ...check }) => {
      assert.equal(typeof seconds, "number");
      return check;
    });
  }

  const signIn = {
    path: "/api/login",
    status: 200,
    body: { user: "smoke", password: "${secret.SMOKE_PASSWORD}" },
    save: { token: "access_token", id: "user.id" },
  };
  const members = {
    path: "/api/members/${smoke.id}",
    status: 200,
    headers: { Authorization: "Bearer ${smoke.token}" },
  };

  it("sign in with a secret of a copy, and carry what comes back on (000-68b, 000-68c)", async () => {
    const played = await smoke({
      afterwards: [signIn, members, { path: "/api/me", status: 200, retries: 1 }],
    });
    assert.deepEqual(checksIn(played), [
      { check: "POST /api/login", passed: true },
      { check: "GET /api/members/${smoke.id}", passed: true },
      { check: "GET /api/me", passed: true },
    ]);
    assert.deepEqual(
      asked.map(({ line, headers }) => [line, headers["content-type"], headers.cookie]),
      [
        ["POST /api/login", "application/json", undefined],
        ["GET /api/members/7", undefined, "session=abcdef"],
        ["GET /api/me", undefined, "session=abcdef"],
      ],
    );
    assert.deepEqual(JSON.parse(asked[0]?.body ?? ""), { user: "smoke", password });
  });

  it("send forms and texts", async () => {
    const { body: _, save: __, ...login } = signIn;
    await smoke({
      afterwards: [
        { ...login, form: { user: "a b", password: "${secret.SMOKE_PASSWORD}" } },
        { ...login, method: "PUT", body: "$${as it is}", headers: { "Content-Type": "text/plain" } },
      ],
    });
    assert.deepEqual(
      asked.map(({ line, body, headers }) => [line, body, headers["content-type"]]),
      [
        ["POST /api/login", "user=a+b&password=open+sesame%2C+please", "application/x-www-form-urlencoded"],
        ["PUT /api/login", "${as it is}", "text/plain"],
      ],
    );
  });

  it("show neither secrets nor what was saved, and go on after a failure", async () => {
    const played = await smoke({
      afterwards: [
        {
          ...signIn,
          status: 201,
        },
        { path: "/nowhere", status: 200, headers: { A: "${smoke.token}" } },
        { ...signIn, save: { other: "refresh_token" } },
        { ...members, headers: { Authorization: "${smoke.other}" } },
      ],
    });
    assert.deepEqual(checksIn(played), [
      {
        check: "POST /api/login",
        passed: false,
        problem: 'POST /api/login: expected status 201, got 200 {"user":{"id":7},"access_token":"***"}',
      },
      {
        check: "GET /nowhere",
        passed: false,
        problem: 'GET /nowhere: expected status 200, got 404 {"token":"***"}',
      },
      {
        check: "POST /api/login",
        passed: false,
        problem: "POST /api/login: expected a text or number at refresh_token to save as other, got nothing",
      },
      {
        check: "GET /api/members/${smoke.id}",
        passed: false,
        problem: "GET /api/members/${smoke.id}: not asked, ${smoke.other} was not saved before",
      },
    ]);
    for (const secret of [password, token]) assert.ok(!played.stdout.includes(secret));
    for (const { args, environment } of played.calls) {
      assert.ok(!args.join(" ").includes(password));
      assert.ok(!environment.includes(password));
    }
    assert.equal(asked.filter(({ line }) => line === "GET /nowhere").length, 3);
    assert.equal(asked.filter(({ line }) => line === "POST /api/login").length, 2);
  });

  it("try again as often as they say, for as long as all of them may (000-88e, 001-82, 001-121)", async () => {
    const queue = {
      path: "/api/queue",
      status: 200,
      compare: { "queue.depth": { below: 11 } },
      everySeconds: 1,
    };
    assert.deepEqual(checksIn(await smoke({ afterwards: [{ ...queue, retries: 12 }] })), [
      { check: "GET /api/queue", passed: true },
    ]);
    assert.equal(depth, 9);
    depth = 20;
    assert.deepEqual(checksIn(await smoke({ afterwards: [{ ...queue, retries: 1 }] })), [
      {
        check: "GET /api/queue",
        passed: false,
        problem: "GET /api/queue: expected queue.depth below 11, got 19, after 2 tries",
      },
    ]);
    depth = 20;
    assert.deepEqual(checksIn(await smoke({ afterwards: [{ ...queue, retries: 9 }], limitSeconds: 1 })), [
      {
        check: "GET /api/queue",
        passed: false,
        problem:
          "GET /api/queue: expected queue.depth below 11, got 20, after 1 try, for all checks have 1 s together",
      },
    ]);
  });

  it("ask other addresses, without the application's cookies (000-88b)", async () => {
    const played = await smoke({
      afterwards: [
        signIn,
        { url: `${url}/api/me?\${smoke.id}`, status: 404 },
        { url: "http://127.0.0.1:1/", status: 200 },
      ],
    });
    const [, there, refused] = checksIn(played);
    assert.deepEqual(there, { check: `GET ${url}/api/me?\${smoke.id}`, passed: true });
    assert.deepEqual(refused, {
      check: "GET http://127.0.0.1:1/",
      passed: false,
      problem: "GET http://127.0.0.1:1/: connect ECONNREFUSED 127.0.0.1:1",
    });
    assert.deepEqual(
      asked.slice(1).map(({ line, headers }) => [line, headers.cookie]),
      [["GET /api/me?7", undefined]],
    );
  });

  it("are let in where visitors are asked for a password, and say who they are themselves", async () => {
    await smoke({
      visitors: [{ host: "staging.example.com", authorization: "Basic abc", cookie: "towpath=0" }],
      afterwards: [{ ...signIn }, members],
    });
    assert.deepEqual(
      asked.map(({ line, headers: { authorization, cookie } }) => [line, authorization, cookie]),
      [
        ["HEAD /", "Basic abc", "towpath=0"],
        ["POST /api/login", undefined, "towpath=0; towpath-access=let-me-in"],
        ["GET /api/members/7", `Bearer ${token}`, "towpath=0; towpath-access=let-me-in; session=abcdef"],
      ],
    );
  });

  it("run commands like a copy, and show the end of what they print without its secrets (000-88d, 002-44)", async () => {
    const command = {
      ...{
        command: ["python", "-m", "boot"],
        like: "api-1",
        name: "notes-smoke",
        labels: { "towpath.part": "smoke" },
      },
      ...{ plainVariables: [], timeoutSeconds: 5, retries: 1, everySeconds: 1 },
    };
    const container = JSON.stringify([
      {
        Image: "sha256:1",
        Config: { Env: [`SMOKE_PASSWORD=${password}`], User: "", WorkingDir: "", Entrypoint: null },
        HostConfig: { ReadonlyRootfs: false, ShmSize: 1, Memory: 1048576, NanoCpus: 0, PidsLimit: 5 },
        NetworkSettings: { Networks: {} },
        Mounts: [],
      },
    ]);
    const played = await smoke(
      { commands: [command] },
      `"container inspect api-1") echo '${container}' ;;
       "image inspect"*) echo '[]' ;;
       "create "*) echo c1 ;;
       "wait "*) echo 3 ;;
       "logs "*) echo 'the password is ${password}' ;;
       "inspect "* | "container inspect"*) echo false ;;`,
    );
    assert.deepEqual(checksIn(played), [
      {
        check: '"python -m boot"',
        passed: false,
        problem: '"python -m boot" ended with exit code 3, after 2 tries',
        log: "  | the password is ***",
      },
    ]);
    const made = typed(played.calls).filter((call) => call.startsWith("create "));
    assert.equal(made.length, 2);
    assert.match(
      made[0] ?? "",
      /^create --name notes-smoke --env SMOKE_PASSWORD .* sha256:1 python -m boot$/,
    );
  });
});
