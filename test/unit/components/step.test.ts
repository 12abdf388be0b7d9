/**
 * The hand-over of a step to the `command` plugin.
 *
 * That the plugin keeps a failed create out of the state, and a failed update's old inputs in it, is proved in test/e2e.
 */
import { byName, deployed, isSecret, outcome, valueOf } from "./engine.ts";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { Step } from "../../../components/host/step.ts";
import { userErrors } from "../../../components/input/user-errors.ts";
import { InputError } from "../../../components/input/input-error.ts";
import { hidden } from "./hidden.ts";

/** This machine. */
const here = { connection: undefined };

/** The arguments that all steps have. */
const always = { logging: "none", addPreviousOutputInEnv: false };

describe("a step", () => {
  it("runs a program, whose input is secret as a whole and known when all of it is", async () => {
    const { registrations } = await deployed(
      () =>
        new Step(
          "ask",
          {
            host: here,
            program: "health-gate",
            input: { plain: 1, later: pulumi.output("two"), hidden: pulumi.secret(3) },
          },
          {},
        ),
    );
    assert.deepEqual(byName(registrations).ask?.inputs, {
      ...always,
      create: "node steps/run.mjs health-gate",
      stdin: hidden({ plain: 1, later: "two", hidden: 3 }),
    });
  });

  it("with triggers runs again only when one of them changes, and keeps its receipt else", async () => {
    const { registrations } = await deployed(
      () =>
        new Step(
          "run",
          { host: here, program: "migrate", input: {}, triggers: [pulumi.output("sha256:aa")] },
          {},
        ),
    );
    assert.deepEqual(byName(registrations).run?.inputs, {
      ...always,
      create: "node steps/run.mjs migrate",
      update: `printf %s "$PULUMI_COMMAND_STDOUT"`,
      addPreviousOutputInEnv: true,
      triggers: ["sha256:aa"],
      stdin: hidden({}),
    });
  });

  it("may have a program for its deletion", async () => {
    const { registrations } = await deployed(
      () =>
        new Step(
          "switch",
          { host: here, program: "switch-route", input: {}, deleteProgram: "remove-route" },
          {},
        ),
    );
    assert.equal(byName(registrations).switch?.inputs.delete, "node steps/run.mjs remove-route");
  });

  it("gets the host that it is about, and how that is reached", async () => {
    const host = { connection: { folder: ".towpath/ssh/notes-staging", host: "app1" } };
    const { registrations } = await deployed(
      () => new Step("ask", { host, program: "health-gate", input: {} }, {}),
    );
    const { environment, logging } = byName(registrations).ask?.inputs ?? {};
    assert.deepEqual(environment, { TOWPATH_HOST: ".towpath/ssh/notes-staging/app1" });
    // What it waits for is shown.
    assert.equal(logging, "stderr");
  });

  it("returns its receipt for everyone to see", async () => {
    const { result } = await deployed(
      () => new Step("ask", { host: here, program: "health-gate", input: {} }, {}),
      {
        receipts: { "health-gate": '{"passed":["/"],"seconds":0.1}' },
      },
    );
    assert.deepEqual(await valueOf(result.receipt), { passed: ["/"], seconds: 0.1 });
    assert.equal(await isSecret(result.receipt), false);
  });

  it("has an empty receipt where it ran nothing", async () => {
    const { result } = await deployed(
      () => new Step("ask", { host: here, program: "health-gate", input: {} }, {}),
      {
        receipts: { "health-gate": "" },
      },
    );
    assert.deepEqual(await valueOf(result.receipt), {});
  });
});

describe("userErrors", () => {
  it("turns a person's mistake into Pulumi's error without a stack trace", () => {
    assert.throws(
      () => userErrors(() => refuse(new InputError(["port: too high", "host: missing"]))),
      (error) => pulumi.RunError.isInstance(error) && error.message === "port: too high\nhost: missing",
    );
  });

  it("leaves every other error unchanged", () => {
    const own = new TypeError("not a function");
    assert.throws(
      () => userErrors(() => refuse(own)),
      (error) => error === own,
    );
  });
});

describe("the engine of these tests", () => {
  it("refuses resources that no component makes", async () => {
    await assert.rejects(
      outcome(() => new docker.Secret("key", { data: "b3Blbg==" })),
      { message: "key: no component makes a docker:index/secret:Secret" },
    );
  });

  it("refuses two resources with one name", async () => {
    const { registrations } = await deployed(() => [
      new docker.Volume("data", { name: "data" }),
      new docker.Network("data", { name: "data" }),
    ]);
    assert.throws(() => byName(registrations), { message: "two resources have the same name" });
  });
});

function refuse(error: Error): never {
  throw error;
}
