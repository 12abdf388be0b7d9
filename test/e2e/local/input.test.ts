import assert from "node:assert/strict";
import { nothing } from "../../support/footprint.ts";
import { TestProject } from "../../support/project.ts";

describe("input that the local environment cannot use", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create();
  });
  afterEach(async () => {
    project.restore();
    assert.deepEqual(await project.footprint(), nothing);
  });
  after(() => project.remove());

  it("is refused: a misspelled setting and an unknown one, both at once", async () => {
    project.configure({ gateTimeoutSecond: 30, colour: "green" });
    assert.equal(
      await project.refusal(),
      [
        'towpath:gateTimeoutSecond: unknown setting for local; did you mean "gateTimeoutSeconds"',
        "towpath:colour: unknown setting for local; known are buildArgs, drainSeconds, environment, gateTimeoutSeconds, imageMirror, namespace, port, ports, profiles, reload, secretValues, secrets, variables, watchSeconds",
      ].join("\n"),
    );
  });

  it("is refused: a setting of other environments", async () => {
    project.configure({ domain: "notes.example.com" });
    assert.equal(
      await project.refusal(),
      "towpath:domain: unknown setting for local; it is a setting of staging, production",
    );
  });

  it("is refused: an invalid port", async () => {
    project.configure({ port: 80_000 });
    assert.equal(
      await project.refusal(),
      "towpath:port: expected a port from 1 to 65535, got 80000; choose a free one, for example 8080",
    );
  });

  it("is refused: a bucket that nobody declares", async () => {
    project.source.edit("application.ts", 'buckets: ["files"]', 'buckets: ["file"]');
    assert.equal(
      await project.refusal(),
      [
        'services.api.needs[2]: no such backing service, bucket or service, got "files"; did you mean "file"',
        'services.worker.needs[2]: no such backing service, bucket or service, got "files"; did you mean "file"',
      ].join("\n"),
    );
  });

  it("is refused: a build context with private files", async () => {
    project.source.write("app/.env", "TOKEN=private\n");
    project.source.write("app/Dockerfile", "FROM scratch\nCOPY . /\n");
    project.source.edit("application.ts", 'context: "app/web"', 'context: "app"');
    assert.equal(
      await project.refusal(),
      "images.web.context: a build must not see what is private to this machine, got .env; add **/.env to app/.dockerignore, a line each",
    );
  });

  it("is refused: one route for two services", async () => {
    project.source.edit("application.ts", 'routes: ["/*"]', 'routes: ["/*", "/api/*"]');
    assert.equal(
      await project.refusal(),
      'services.web.routes[1]: the same route as services.api.routes[0], got "/api/*"; give each path to one service',
    );
  });

  it("is refused: a cycle of needs", async () => {
    project.source.edit("application.ts", 'health: { path: "/" },', 'health: { path: "/" }, needs: ["api"],');
    project.source.edit(
      "application.ts",
      'routes: ["/api/*"],\n      needs: [',
      'routes: ["/api/*"],\n      needs: ["web", ',
    );
    assert.equal(
      await project.refusal(),
      "services.api.needs: cycle api -> web -> api; remove one of these needs",
    );
  });

  it("is refused: a health path without a port", async () => {
    project.source.edit(
      "application.ts",
      'health: { command: ["python", "-m", "notes.probe", "worker"] }',
      'health: { path: "/" }',
    );
    assert.equal(
      await project.refusal(),
      "services.worker.health.path: a health path needs a port, got none; add port, for example port: 8000, or use a health command",
    );
  });

  it("is refused: a secret that is missing in the configuration", async () => {
    project.configure({ secrets: { JWT_SECRET: { source: "configuration" } } });
    assert.equal(
      await project.refusal(),
      "towpath:secretValues.JWT_SECRET: no value for this secret of api; set it with npm run pulumi -- config set --stack local --secret --path towpath:secretValues.JWT_SECRET",
    );
  });

  it("is refused: a secret that is missing in the environment", async () => {
    project.configure({ secrets: { JWT_SECRET: { source: "environment", variable: "E2E_JWT" } } });
    assert.equal(
      await project.refusal({ E2E_JWT: "" }),
      "towpath:secrets.JWT_SECRET: no value for this secret of api in the environment variable E2E_JWT; set the variable for this run, or write it into .env",
    );
  });

  it("is refused by Pulumi's own command line too", async () => {
    project.configure({ colour: "green" });
    project.source.edit("application.ts", 'routes: ["/*"]', 'routes: ["/*", "/api/*"]');
    const { code, stdout, stderr } = await project.run(["pulumi", "preview", "--stack", "local"]);
    assert.equal(code, 1);
    assert.match(stdout + stderr, /towpath:colour: unknown setting for local; known are /);
    assert.doesNotMatch(stdout + stderr, /^\s+at /m);
  });
});
