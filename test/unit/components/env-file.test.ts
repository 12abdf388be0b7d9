/** A project's `.env`, which `local` reads. That a container really has its values, and no state shows them, is tried in test/e2e. */
import { byName, deployed, type Registration } from "./engine.ts";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnvFile } from "../../../components/settings/env-file.ts";
import { loadSettings } from "../../../components/environment/load-settings.ts";
import { Environment, prepareLocal } from "../../../components/environment/local-environment.ts";
import { notes } from "../application/notes.ts";
import { merged } from "../assert-refused.ts";
import { hidden } from "./hidden.ts";
import { localProgram } from "./local.ts";

/** Returns what `local` asks the engine for where `.env` has these variables. */
async function withEnv(
  envValues: Readonly<Record<string, string>>,
  { change = {}, configuration = {} }: { change?: object; configuration?: Record<string, string> } = {},
): Promise<Record<string, Registration>> {
  const description = merged(notes, change) as typeof notes;
  const program = (): Environment => {
    const loaded = loadSettings("notes");
    if (loaded.settings.environment !== "local") throw new Error("not local");
    return new Environment(
      "notes-local",
      prepareLocal(description, { ...loaded, settings: loaded.settings, envValues }),
    );
  };
  const { registrations } = await deployed(program, {
    configuration: { "towpath:namespace": "notes-local", ...configuration },
  });
  return byName(registrations);
}

function variablesOf(resources: Record<string, Registration>, service: string): unknown[] {
  return (resources[`notes-local-${service}`]?.inputs.envs ?? []) as unknown[];
}

describe("a project's .env", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-env-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("is read where there is one, and a variable of the environment wins over its line", () => {
    assert.deepEqual(readEnvFile(folder), {});
    writeFileSync(
      join(folder, ".env"),
      "# Mine.\nexport LOG_LEVEL=debug\nTITLE=\"two words\" # said twice\nEMPTY=\nKEY='a\nb'\nPORT=1\n",
    );
    assert.deepEqual(readEnvFile(folder, { LOG_LEVEL: "error", PORT: "", OTHER: "x" }), {
      ...{ LOG_LEVEL: "error", TITLE: "two words", EMPTY: "", KEY: "a\nb", PORT: "" },
    });
  });

  it("has the values of variables and secrets in local, which are secret (000-50, 003-49, 003-71, 004-360)", async () => {
    const resources = await withEnv({ LOG_LEVEL: "debug", JWT_SECRET: "mine", UNKNOWN: "x" });
    const api = variablesOf(resources, "api");
    assert.deepEqual(
      ["LOG_LEVEL=debug", "JWT_SECRET=mine"].map((line) => api.some((one) => same(one, hidden(line)))),
      [true, true],
      JSON.stringify(api),
    );
    assert.deepEqual(
      api.filter((one) => typeof one === "string" && one.startsWith("LOG_LEVEL")),
      [],
    );
    assert.equal(JSON.stringify(resources).includes("UNKNOWN"), false);
    assert.equal("notes-local-secret-JWT_SECRET-value" in resources, false);
  });

  it("gives an empty variable, and no empty secret", async () => {
    const resources = await withEnv({ LOG_LEVEL: "", JWT_SECRET: "" });
    assert.ok(variablesOf(resources, "api").some((one) => same(one, hidden("LOG_LEVEL="))));
    assert.ok("notes-local-secret-JWT_SECRET-value" in resources);
  });

  it("wins over the settings of local, and leaves alone what leads to a backing service", async () => {
    const environment = { DB: "${postgres.host}", MAIL: "smtp://${secret.JWT_SECRET}" };
    const resources = await withEnv(
      { DB: "localhost", MAIL: "none", LOG_LEVEL: "debug" },
      {
        change: { services: { api: { environment } } },
        configuration: { "towpath:variables": '{"LOG_LEVEL":"warning","WEB":"1"}' },
      },
    );
    const api = variablesOf(resources, "api");
    for (const line of ["MAIL=none", "LOG_LEVEL=debug"])
      assert.ok(
        api.some((one) => same(one, hidden(line))),
        line,
      );
    assert.equal(
      api.some((one) => same(one, hidden("DB=localhost"))),
      false,
    );
    assert.ok(variablesOf(resources, "web").some((one) => same(one, hidden("LOG_LEVEL=debug"))));
  });

  it("is not read for a secret with another source", async () => {
    const resources = await withEnv(
      { JWT_SECRET: "mine" },
      { configuration: { "towpath:secrets": '{"JWT_SECRET":{"source":"generated"}}' } },
    );
    assert.ok("notes-local-secret-JWT_SECRET-value" in resources);
  });

  it("has the value of an optional secret, which is absent without it (000-52b)", async () => {
    const change = {
      services: {
        api: { secrets: ["JWT_SECRET", "SENTRY_DSN"], environment: { SENTRY: "dsn=${secret.SENTRY_DSN}" } },
      },
      secrets: { SENTRY_DSN: { delivery: "variable", optional: true } },
    };
    for (const values of [{}, { SENTRY_DSN: "" }]) {
      const without = await withEnv(values, { change });
      assert.equal(JSON.stringify(variablesOf(without, "api")).includes("SENTRY"), false);
      assert.equal("notes-local-secret-SENTRY_DSN" in without, false);
    }
    const api = variablesOf(await withEnv({ SENTRY_DSN: "https://x@sentry" }, { change }), "api");
    for (const line of ["SENTRY_DSN=https://x@sentry", "SENTRY=dsn=https://x@sentry"])
      assert.ok(
        api.some((one) => same(one, hidden(line))),
        line,
      );
  });

  it("changes nothing where it has no line that is used", async () => {
    const without = await deployed(localProgram(notes), {
      configuration: { "towpath:namespace": "notes-local" },
    });
    assert.deepEqual(await withEnv({ UNKNOWN: "x" }), byName(without.registrations));
  });
});

function same(one: unknown, other: unknown): boolean {
  try {
    assert.deepEqual(one, other);
    return true;
  } catch {
    return false;
  }
}
