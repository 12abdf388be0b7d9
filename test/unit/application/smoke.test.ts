import assert from "node:assert/strict";
import type { SmokeDescription } from "../../../components/application/smoke-description.ts";
import { withoutSecrets } from "../../../components/application/optional-secrets.ts";
import { parseApplication } from "../../../components/application/parse.ts";
import { releasable, runningIn } from "../../../components/application/running-services.ts";
import { onlyReads, secretsOfSmoke } from "../../../components/application/smoke-here.ts";
import { filled, withFacts } from "../../../components/application/smoke-texts.ts";
import { applicationOf, descriptionOf } from "../../../components/plan/release-description.ts";
import { merged, refusalOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const refused = refusalOf(parseApplication, notes);

/** The good application with these checks, and a secret that they may use. */
function withSmoke(...smoke: readonly unknown[]): object {
  return { smoke, services: { api: { secrets: ["JWT_SECRET", "SMOKE_PASSWORD"] } } };
}

const signIn = {
  path: "/api/login",
  body: { user: "smoke", password: "${secret.SMOKE_PASSWORD}" },
  save: { token: "access_token" },
} satisfies SmokeDescription;
const members = {
  path: "/api/members?page=1",
  headers: { Authorization: "Bearer ${smoke.token}" },
} satisfies SmokeDescription;
const tracker = {
  url: "https://errors.example/api/issues?of=${version}",
  headers: { Authorization: "Bearer ${secret.SMOKE_PASSWORD}" },
  compare: { length: { below: 1 } },
} satisfies SmokeDescription;
const boot = { service: "worker", command: ["python", "-m", "src.boot"] } satisfies SmokeDescription;

describe("smoke checks", () => {
  it("may sign in, use what that saved, ask other addresses and run commands (000-68b, 000-68c, 000-88b, 000-88d, 002-44)", () => {
    const { smoke } = parseApplication(merged(notes, withSmoke(signIn, members, tracker, boot)));
    assert.deepEqual(smoke, [
      { ...signIn, status: 200 },
      { ...members, status: 200 },
      { ...tracker, status: 200 },
      boot,
    ]);
    assert.deepEqual(smoke.map(onlyReads), [false, false, false, false]);
    assert.equal(onlyReads({ path: "/", status: 200, headers: { Accept: "text/html" } }), true);
    assert.equal(onlyReads({ path: "/", status: 200, headers: { authorization: "x" } }), false);
    assert.equal(onlyReads({ path: "/", status: 200, retries: 12 }), false);
  });

  it("name the secrets that they need, each with the first service that has it", () => {
    const application = parseApplication(merged(notes, withSmoke(signIn, members, tracker, boot)));
    assert.deepEqual(secretsOfSmoke(application), { SMOKE_PASSWORD: "api" });
    const nobody = { ...application, services: {} };
    assert.deepEqual(secretsOfSmoke(nobody), {});
  });

  it("come back from a release's record as they were", () => {
    const application = parseApplication(merged(notes, withSmoke(signIn, members, tracker, boot)));
    const described = descriptionOf(application);
    assert.deepEqual(described.smoke, [signIn, members, tracker, boot]);
    assert.deepEqual(applicationOf("notes", ["api", "web"], described).smoke, application.smoke);
  });

  it("are one of a path, another address and a command", () => {
    const which = (got: string): string =>
      `smoke[0]: expected one of a path, a url and a command, got ${got}; write { path: "/health" }, { url: "https://…" } or { service: "api", command: ["…"] }`;
    refused(
      which('{"path":"/","service":"api","command":["true"]}'),
      withSmoke({ path: "/", ...boot, service: "api", command: ["true"] }),
    );
    refused(which("{}"), withSmoke({}));
    refused(
      'smoke[0].url: expected an address from http:// or https:// on, got "errors.example"; for example "https://errors.example/api"',
      withSmoke({ url: "errors.example" }),
    );
  });

  it("have fields that fit each other", () => {
    refused(
      "smoke[0].save: it is of requests, and this is a command, got a map; make it a check of its own",
      withSmoke({ ...boot, save: { a: "b" } }),
    );
    refused(
      "smoke[0].timeoutSeconds: it is of commands, and this is a request, got a number; remove it",
      withSmoke({ path: "/", timeoutSeconds: 5 }),
    );
    refused(
      "smoke[0].everySeconds: it is the time between tries, and there is one try, got a number; add retries, for example 12",
      withSmoke({ path: "/", everySeconds: 5 }),
    );
    refused(
      "smoke[0].form: a request has one body, got a map; keep one of body and form",
      withSmoke({ path: "/", body: "a", form: { a: "b" } }),
    );
    refused(
      'smoke[0].body: a GET has no body, got a text; take another method, for example "POST"',
      withSmoke({ path: "/", method: "GET", body: "a" }),
    );
    refused(
      "smoke[0].service: expected the name of a service, got nothing; name the one whose image holds the command",
      withSmoke({ command: ["true"] }),
    );
  });

  it("have fields of a good form, and what is sent is in no message", () => {
    refused(
      'smoke[0].method: expected a method out of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, got "post"; for example "POST"',
      withSmoke({ path: "/", method: "post" }),
    );
    refused(
      'smoke[0].headers.Host: expected a header\'s name other than Host, Connection, Content-Length and Transfer-Encoding, got "Host"; for example "Authorization"',
      withSmoke({ path: "/", headers: { Host: "a" } }),
    );
    refused(
      'smoke[0].headers.Authorization: expected a text on one line, got a text; for example "Bearer ${smoke.token}", a secret as ${secret.NAME}',
      withSmoke({ path: "/", headers: { Authorization: "hunter2\n" } }),
    );
    refused(
      'smoke[0].body: expected a text, or a map or list that JSON can carry, got a number; for example { user: "smoke" }',
      withSmoke({ path: "/", body: 5 }),
    );
    refused(
      'smoke[0].form.user: expected the form\'s fields as texts, got a number; for example { user: "smoke" }',
      withSmoke({ path: "/", form: { user: 5 } }),
    );
    refused(
      'smoke[0].save.token: expected a field of the answer, with dots between levels, got "$..token"; for example "queue.depth"',
      withSmoke({ path: "/", save: { token: "$..token" } }),
    );
    refused(
      'smoke[0].save.a-b: expected a name of letters, digits and underscores, from a letter on, got "a-b"; for example "token"',
      withSmoke({ path: "/", save: { "a-b": "c" } }),
    );
    refused(
      "smoke[0].retries: expected a number of further tries from 1 to 100, got 0; for example 12",
      withSmoke({ path: "/", retries: 0 }),
    );
    refused(
      "smoke[0].everySeconds: expected a number of seconds from 1 to 60, got 61; for example 5",
      withSmoke({ path: "/", retries: 1, everySeconds: 61 }),
    );
    refused(
      "smoke[0].timeoutSeconds: expected a number of seconds from 1 to 600, got 0; take 60 if in doubt",
      withSmoke({ ...boot, timeoutSeconds: 0 }),
    );
    refused(
      'smoke[0].only[0]: expected environments out of local, preview, staging, production, got "stagin"; for example ["local"], or leave it out for all',
      withSmoke({ path: "/", only: ["stagin"] }),
    );
  });

  it("compare with a number or a regular expression (000-88e)", () => {
    const compare = (comparison: unknown) => withSmoke({ path: "/", compare: { "queue.depth": comparison } });
    parseApplication(merged(notes, compare({ below: 10, above: -1, matches: "^[0-9]$" })));
    refused(
      'smoke[0].compare.queue.depth: expected below, above or matches, got {}; for example { "queue.depth": { below: 10 } }',
      compare({}),
    );
    refused(
      'smoke[0].compare.queue.depth.below: expected a number, got "10"; write it without quotes',
      compare({ below: "10" }),
    );
    refused(
      'smoke[0].compare.queue.depth.matches: expected a regular expression, got "("; for example "^1[.]"',
      compare({ matches: "(" }),
    );
    refused(
      'smoke[0].compare.queue.depth.bellow: unknown field; did you mean "below"',
      compare({ above: 1, bellow: 1 }),
    );
  });
});

describe("a reference in a smoke check", () => {
  it("is refused where it stands for nothing", () => {
    const header = (value: string) => withSmoke({ path: "/", headers: { A: value } });
    refused(
      'smoke[0].headers.A: a check has no such reference, got "${domian}"; did you mean "domain", and the text itself is $${domian}',
      header("${domian}"),
    );
    refused(
      'smoke[0].headers.A: a check has no such reference, got "${postgres.url}"; known are domain, environment, namespace, secret.JWT_SECRET, secret.SMOKE_PASSWORD, url, version, and the text itself is $${postgres.url}',
      header("${postgres.url}"),
    );
    refused(
      'smoke[0].headers.A: no service has this secret, got "${secret.SMOKE_PASSWROD}"; did you mean "SMOKE_PASSWORD"',
      header("${secret.SMOKE_PASSWROD}"),
    );
    refused(
      'smoke[0].headers.A: no service has this secret, got "${secret.SENTRY}"; add "SENTRY" to the secrets of a service',
      header("${secret.SENTRY}"),
    );
    refused(
      'smoke[0].body.list[1]: a check has no such reference, got "${a}"; known are domain, environment, namespace, secret.JWT_SECRET, secret.SMOKE_PASSWORD, url, version, and the text itself is $${a}',
      withSmoke({ path: "/", body: { list: [1, "${a}"] } }),
    );
    parseApplication(merged(notes, header("$${a} of ${domain}")));
  });

  it("to what was saved is refused before it is, and where it is not", () => {
    refused(
      'smoke[0].headers.Authorization: no check before it saves this, got "${smoke.token}"; add save: { token: "…" } to one before it',
      withSmoke(members, signIn),
    );
    refused(
      'smoke[1].path: no check before it saves this, got "${smoke.tokn}"; did you mean "token"',
      withSmoke(signIn, { path: "/api/${smoke.tokn}" }),
    );
    refused(
      'smoke[1].headers.Authorization: it is saved only in staging, got "${smoke.token}"; give this check the same only, or leave that out of the one that saves it',
      withSmoke({ ...signIn, only: ["staging"] }, members),
    );
    parseApplication(
      merged(notes, withSmoke({ ...signIn, only: ["staging", "local"] }, { ...members, only: ["staging"] })),
    );
  });

  it("to a service is refused where there is none", () => {
    refused(
      'smoke[0].service: no such service, got "workr"; did you mean "worker"',
      withSmoke({ ...boot, service: "workr" }),
    );
  });

  it("is replaced, encoded in addresses, and the text itself stays", () => {
    const asked = {
      path: "/a/${smoke.id}",
      headers: { A: "$${x} ${secret.S}" },
      form: { b: "${domain}" },
      body: [1, "${domain}"],
    };
    const known = withFacts(asked, (reference) => (reference === "domain" ? "notes.example" : undefined));
    assert.deepEqual(known, { ...asked, form: { b: "notes.example" }, body: [1, "notes.example"] });
    const values: Readonly<Record<string, string>> = { "smoke.id": "1/2", "secret.S": "a b" };
    assert.deepEqual(
      filled(known, (reference) => values[reference]),
      {
        ...known,
        path: "/a/1%2F2",
        headers: { A: "${x} a b" },
      },
    );
  });
});

describe("the environments of a smoke check (002-194)", () => {
  const where = (environment: "local" | "staging" | "production") => ({ environment, profiles: [] });
  const pathsIn = (description: object, environment: "local" | "staging" | "production"): unknown[] =>
    runningIn(parseApplication(merged(notes, description)), where(environment)).smoke.map((check) =>
      "path" in check ? check.path : "other",
    );

  it("are all, unless it says some", () => {
    const smoke = withSmoke(
      { path: "/" },
      { ...signIn, only: ["staging"] },
      { path: "/local", only: ["local"] },
    );
    assert.deepEqual(pathsIn(smoke, "production"), ["/"]);
    assert.deepEqual(pathsIn(smoke, "staging"), ["/", "/api/login"]);
    const [, there] = runningIn(parseApplication(merged(notes, smoke)), where("staging")).smoke;
    assert.deepEqual(there, { ...signIn, status: 200 });
    assert.deepEqual(
      releasable(parseApplication(merged(notes, smoke))).smoke.map(({ only }) => only),
      [undefined, ["staging"]],
    );
  });

  it("are those where its service runs and its secret has a value, with all that uses what it saves", () => {
    const placed = {
      smoke: [signIn, members, { ...boot }, { path: "/" }],
      services: {
        api: { secrets: ["JWT_SECRET"] },
        worker: { only: ["local"], secrets: ["SMOKE_PASSWORD"] },
      },
    };
    assert.deepEqual(pathsIn(placed, "local"), ["/api/login", "/api/members?page=1", "other", "/"]);
    assert.deepEqual(pathsIn(placed, "staging"), ["/"]);
    const application = parseApplication(merged(notes, withSmoke(signIn, members, { path: "/" })));
    assert.deepEqual(withoutSecrets(application, ["SMOKE_PASSWORD"]).smoke, [{ path: "/", status: 200 }]);
  });
});
