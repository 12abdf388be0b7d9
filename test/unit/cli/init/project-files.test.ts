import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { parse } from "yaml";
import { literal } from "../../../../cli/init/literal.ts";
import { projectFiles, type ProjectFacts } from "../../../../cli/init/project-files.ts";
import { fallbacksFor, readConfiguration } from "../../../../components/settings/configuration.ts";
import { parseSettings, type Settings } from "../../../../components/settings/settings.ts";
import { notes } from "../../application/notes.ts";
import type { ApplicationDescription } from "../../../../components/application/description.ts";

const application: ApplicationDescription = notes;

/** The settings of a stack's file, as Pulumi and Towpath read it. */
function settingsOf(stack: string, facts: Partial<ProjectFacts> = {}): Settings {
  const text = projectFiles({ application, ...facts })[`Pulumi.${stack}.yaml`] ?? "";
  const { config } = parse(text) as { config: Record<string, unknown> };
  const asTexts = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const workspace = { path: "/shop/infra", source: "path" as const };
  return parseSettings(
    readConfiguration(Object.fromEntries(asTexts) as Record<string, string>),
    fallbacksFor("notes", stack, { workspace: () => workspace, variables: {} }),
  );
}

describe("a project's stack files", () => {
  it("contain valid settings", () => {
    for (const stack of ["local", "ci", "staging", "production"]) {
      assert.equal(settingsOf(stack).environment, stack);
      assert.equal(settingsOf(stack, { github: "Acme/Shop.js" }).environment, stack);
    }
  });

  it("name the registry of the repository on GitHub, for publishing and for staging and production", () => {
    const registry = { address: "ghcr.io", repository: "acme/shop.js" };
    const github = "Acme/_Shop.js-";
    const ci = settingsOf("ci", { github }) as Extract<Settings, { environment: "ci" }>;
    const { registries, buildCache } = ci;
    const password = { source: "environment", variable: "REGISTRY_PASSWORD" };
    assert.deepEqual(registries, [{ ...registry, login: { user: "Acme", password } }]);
    assert.equal(buildCache, "registry");
    for (const stack of ["staging", "production"])
      assert.deepEqual((settingsOf(stack, { github }) as { registry?: unknown }).registry, registry);
    assert.deepEqual((settingsOf("staging") as { registry?: unknown }).registry, {
      ...registry,
      repository: "example/notes",
    });
  });
});

describe("a project's own values", () => {
  it("are in its settings of local, and in .env as Node reads them", () => {
    const { ports } = settingsOf("local", { local: { ports: { postgres: 5433 } } }) as { ports?: unknown };
    assert.deepEqual(ports, { postgres: 5433 });
    assert.equal(projectFiles({ application })[".env"], undefined);
    const text = fc.string({ unit: fc.constantFrom("a", " ", "#", "'", '"', "\\", "$", "=", "\n") });
    fc.assert(
      fc.property(text, (value) => {
        const { ".env": env = "" } = projectFiles({ application, env: { A: value, B: "b" } });
        assert.deepEqual({ ...parseEnv(env) }, { A: value, B: "b" });
      }),
    );
  });
});

describe("a project's program", () => {
  it("is started by Node itself, with the project's own name", () => {
    const { "Pulumi.yaml": pulumi = "" } = projectFiles({ application });
    assert.deepEqual(parse(pulumi), {
      name: "notes",
      description: "The environments of notes",
      runtime: { name: "nodejs", options: { typescript: false, nodeargs: "--import towpath/fast" } },
      backend: { url: "file://./.towpath/state?metadata=skip" },
    });
  });

  it("is an application and five lines", () => {
    const texts = projectFiles({ application });
    assert.equal(texts["index.ts"]?.trim().split("\n").length, 4);
    assert.match(texts["application.ts"] ?? "", /^import \{ defineApplication \} from "towpath";\n/);
  });
});

describe("a literal in generated code", () => {
  it("evaluates to the value that it is written from", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        fc.pre(!JSON.stringify(value).includes("__proto__"));
        assert.equal(JSON.stringify(runInNewContext(`(${literal(value)})`)), JSON.stringify(value));
      }),
    );
  });

  it("is formatted as Prettier does it", () => {
    const long = "x".repeat(50);
    assert.equal(
      literal({ name: "a", "a-b": { c: [1, "2"], d: {} }, e: [long, long], f: [] }),
      [
        "{",
        '  name: "a",',
        '  "a-b": { c: [1, "2"], d: {} },',
        "  e: [",
        `    "${long}",`,
        `    "${long}",`,
        "  ],",
        "  f: [],",
        "}",
      ].join("\n"),
    );
  });
});
