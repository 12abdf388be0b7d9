import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { piecesOf, referencesIn, targetOf } from "../../../components/application/references.ts";
import { bareVariables, withVariables, type Variables } from "../../../components/application/variables.ts";
import { found } from "../../../components/application/names.ts";
import { merged, messageOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

/** The refusal of an API with these variables. */
function refusal(environment: Record<string, string>): string {
  return messageOf(() => parseApplication(merged(notes, { services: { api: { environment } } })));
}

describe("references in variables", () => {
  it("stand between braces, and two dollars stand for the text itself", () => {
    assert.deepEqual(piecesOf("a$b${domain}$${x}$$"), ["a$b", { reference: "domain" }, "${", "x}$$"]);
    assert.deepEqual(referencesIn("${postgres.host}:${postgres.port} $${domain}"), [
      "postgres.host",
      "postgres.port",
    ]);
    assert.deepEqual(piecesOf(""), []);
  });

  it("name a fact, a part of a connection, a bucket's, or a secret", () => {
    const known = ["environment", "postgres.url", "redis.password", "bucket.files.name", "secret.JWT_SECRET"];
    for (const reference of known) assert.notEqual(targetOf(reference), undefined, reference);
    const unknown = ["", "toString", "postgres", "postgres.toString", "postgres.url.x", "toString.url"];
    for (const reference of [
      ...unknown,
      "bucket.files",
      "bucket.files.toString",
      "bucket.a.name.b",
      "secret",
    ])
      assert.equal(targetOf(reference), undefined, reference);
  });

  it("give the port that a server listens on where its address names none (000-49b)", () => {
    const portIn = (reference: string, url: string): string | undefined => {
      const target = targetOf(reference);
      return target !== undefined && "part" in target ? target.part(url) : undefined;
    };
    assert.equal(portIn("postgres.port", "postgres://notes@db/notes"), "5432");
    assert.equal(portIn("postgres.port", "postgres://notes@db:6543/notes"), "6543");
    assert.equal(portIn("redis.port", "rediss://cache"), "6379");
  });

  it("are refused to host names that the application does not have", () => {
    const environment = { AT: "${url.api}", HOST: "${domain.apo}" };
    const smoke = [{ path: "/api/health", headers: { Origin: "https://${domain.apo}" } }];
    const [variable, ...others] = messageOf(() =>
      parseApplication(merged(notes, { domains: ["api"], services: { api: { environment } }, smoke })),
    ).split("\n");
    assert.equal(
      variable,
      'services.api.environment.HOST: no such reference, got "${domain.apo}"; did you mean "domain.api", and the text itself is $${domain.apo}',
    );
    assert.deepEqual(others, [
      'smoke[0].headers.Origin: a check has no such reference, got "${domain.apo}"; did you mean "domain.api", and the text itself is $${domain.apo}',
    ]);
  });

  it("are refused where they name nothing, or nothing that the service is given", () => {
    assert.equal(
      refusal({
        A: "${postgres.hots}",
        B: "${TEAM}",
        C: "${bucket.pictures.name}",
        D: "${secret.SMTP_PASSWORD}",
      }),
      [
        'services.api.environment.A: no such reference, got "${postgres.hots}"; did you mean "postgres.host", and the text itself is $${postgres.hots}',
        'services.api.environment.B: no such reference, got "${TEAM}"; known are bucket.files.accessKey, bucket.files.endpoint, bucket.files.name, bucket.files.region, bucket.files.secretKey, domain, environment, namespace, postgres.database, postgres.host, postgres.password, postgres.port, postgres.url, postgres.user, redis.database, redis.host, redis.password, redis.port, redis.url, redis.user, secret.JWT_SECRET, url, version, and the text itself is $${TEAM}',
        'services.api.environment.C: the service is not connected so, got "${bucket.pictures.name}"; add "pictures" to its needs',
        'services.api.environment.D: the service is not connected so, got "${secret.SMTP_PASSWORD}"; add "SMTP_PASSWORD" to its secrets',
      ].join("\n"),
    );
  });

  it("give a connection the application's own form, and nothing else may stand in its place (000-49, 002-712)", () => {
    const url = "postgresql+psycopg2://${postgres.user}@${postgres.host}";
    const described = parseApplication(
      merged(notes, {
        services: { api: { environment: { DATABASE_URL: url, S3_REGION: "${bucket.files.region}" } } },
      }),
    );
    assert.equal(found(described.services, "api").environment.DATABASE_URL, url);
    assert.equal(
      refusal({ DATABASE_URL: "sqlite://", REDIS_URL_FILE: "${redis.url}" }),
      'services.api.environment.DATABASE_URL: the need "postgres" sets this variable; remove it here\n' +
        'services.api.environment.REDIS_URL_FILE: the need "redis" sets this variable; remove it here',
    );
  });
});

describe("an environment's own variables", () => {
  const application = parseApplication(notes);
  const environmentOf = (
    variables: Variables | undefined,
    service: string,
  ): Readonly<Record<string, string>> =>
    found(withVariables(application, variables).services, service).environment;

  it("stand in for those of the application, and a service's own win (000-53, 001-69, 004-206)", () => {
    assert.equal(withVariables(application), application);
    const variables = { LOG_LEVEL: "debug", SMTP_HOST: "", api: { LOG_LEVEL: "info" } };
    const { LOG_LEVEL, SMTP_HOST } = environmentOf(variables, "api");
    assert.deepEqual([LOG_LEVEL, SMTP_HOST], ["info", ""]);
    assert.equal(environmentOf(variables, "web").LOG_LEVEL, "debug");
  });

  it("are given to the services that have what they refer to", () => {
    const variables = { DB: "${postgres.host}" };
    assert.equal(environmentOf(variables, "api").DB, "${postgres.host}");
    assert.equal(environmentOf(variables, "web").DB, undefined);
  });

  it("are left out where a command has no connections", () => {
    assert.deepEqual(bareVariables({ A: "1", B: "${redis.url}" }), { A: "1" });
  });
});
