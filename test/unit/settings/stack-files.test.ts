import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { fallbacksFor, readConfiguration } from "../../../components/settings/configuration.ts";
import { parseSettings } from "../../../components/settings/settings.ts";

describe("the stacks' own files", () => {
  const surroundings = {
    workspace: () => ({ branch: "main", path: "/srv/notes", source: "git" }) as const,
    variables: {},
  };
  const stacks = {
    local: "local",
    ci: "ci",
    preview: "pr-1",
    staging: "staging",
    production: "production",
    repository: "repository",
  };
  for (const [environment, stack] of Object.entries(stacks)) {
    it(`contain settings that are valid for ${environment}`, () => {
      const file = new URL(`../../../Pulumi.${environment}.yaml`, import.meta.url);
      const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
      // As Pulumi hands them over: every value as text, and what is no text as JSON.
      const handedOver = Object.entries(config).map(([key, value]): [string, string] => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]);
      const raw = readConfiguration(Object.fromEntries(handedOver));
      assert.equal(parseSettings(raw, fallbacksFor("notes", stack, surroundings)).environment, environment);
    });
  }
});
