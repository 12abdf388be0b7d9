/** Secrets that get a new value in staging and production. */
import { byName, valueOf, type Registration } from "./engine.ts";
import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import type { ReleasePlan } from "../../../components/plan/plan.ts";
import { Hidden } from "./hidden.ts";
import { password } from "./plugins.ts";
import { planOf, released } from "./released.ts";

describe("secrets of staging and production", function () {
  this.timeout(60_000);

  it("deliver a rotated secret's previous value to the services that use it, and to no others", async () => {
    const rotated = (generation?: number, overlap = true): ReturnType<typeof released> => {
      const rotate = { every: "90d", overlap };
      const counted = generation === undefined ? {} : { generation };
      return released({ settings: { secrets: { JWT_SECRET: { source: "generated", ...counted, rotate } } } });
    };
    const name = "notes-staging-secret-JWT_SECRET-value";
    const made = (registrations: readonly Registration[]): string[] =>
      registrations.map((resource) => resource.name).filter((resource) => resource.startsWith(name));
    const given = (registrations: readonly Registration[], copy: string): string[] =>
      (byName(registrations)[copy]?.inputs.envs as Hidden[])
        .map((variable) => String(variable instanceof Hidden ? variable.value : variable))
        .filter((variable) => variable.startsWith("JWT_SECRET"));

    const before = await rotated();
    assert.deepEqual(made(before.registrations), [name]);
    const first = `JWT_SECRET=${password(name, 32)}`;
    assert.deepEqual(given(before.registrations, "notes-staging-api"), [first]);

    const { registrations, result } = await rotated(2);
    assert.deepEqual(made(registrations), [`${name}-2`, name]);
    assert.deepEqual(given(registrations, "notes-staging-api"), [
      `JWT_SECRET=${password(`${name}-2`, 32)}`,
      `JWT_SECRET_PREVIOUS=${password(name, 32)}`,
    ]);
    assert.deepEqual(given(registrations, "notes-staging-web"), []);
    const [newest] = await valueOf(result.releases);
    const versions = Object.keys(newest?.secretVersions ?? {});
    assert.ok(versions.includes("JWT_SECRET_PREVIOUS"), versions.join());

    assert.deepEqual(made((await rotated(2, false)).registrations), [`${name}-2`]);
  });

  it("are reported once when they are due, unless this run brings a new value, and when an overlap is lost", async () => {
    const rotate = { every: "90d" };
    const told = async (plan: ReleasePlan, generation: number, overlap = false): Promise<string[]> => {
      const said: string[] = [];
      const { warn } = pulumi.log;
      pulumi.log.warn = (message) => {
        said.push(message);
        return Promise.resolve();
      };
      try {
        const secrets = { JWT_SECRET: { source: "generated", generation, rotate: { ...rotate, overlap } } };
        await released({ plan, settings: { secrets, copies: { api: 2 } } });
        return said;
      } finally {
        pulumi.log.warn = warn;
      }
    };
    const { result } = await released({
      settings: { secrets: { JWT_SECRET: { source: "generated", rotate } } },
    });
    const [newest] = await valueOf(result.releases);
    assert.ok(newest !== undefined);
    const days = 97 * 86_400_000;
    const later = new Date(Date.parse(newest.endedAt) + days).toISOString();
    const plan = { ...planOf("b", newest), startedAt: later };
    assert.deepEqual(await told(plan, 1), [
      "towpath:secrets.JWT_SECRET.rotate: expected a value of less than 90 days, got one of 97 days; set towpath:secrets.JWT_SECRET.generation to 2, and run npm run pulumi -- up --stack staging, which replaces api",
    ]);
    assert.deepEqual(await told(plan, 2), []);
    assert.deepEqual(await told(plan, 3, true), [
      "towpath:secrets.JWT_SECRET.rotate.overlap: expected JWT_SECRET_PREVIOUS to be the value that users have now, got another one; raise towpath:secrets.JWT_SECRET.generation by one at a time, or what was made with it is refused from this run on",
    ]);
  });
});
