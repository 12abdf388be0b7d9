/** A secret's value: made or given, and always marked secret. */
import { byName, deployed, isSecret, outcome, valueOf } from "./engine.ts";
import assert from "node:assert/strict";
import { Secret } from "../../../components/secrets/secret.ts";
import { password } from "./plugins.ts";

describe("a secret", () => {
  it("is generated once, of letters and digits, in the requested length", async () => {
    const { registrations, result } = await deployed(
      () => new Secret("key", { source: { source: "generated", length: 40 } }),
    );
    assert.deepEqual(byName(registrations)["key-value"]?.inputs, { length: 40, special: false });
    assert.equal(await valueOf(result.value), password("key-value", 40));
    assert.equal(await isSecret(result.value), true);
  });

  it("is used as given, and then nothing is generated", async () => {
    const { registrations, result } = await deployed(
      () => new Secret("key", { source: { source: "configuration" }, given: "open" }),
    );
    assert.deepEqual(Object.keys(byName(registrations)), []);
    assert.equal(await valueOf(result.value), "open");
    assert.equal(await isSecret(result.value), true);
  });

  it("is generated again with the next generation, which replaces the previous one", async () => {
    for (const [generation, name] of [
      [1, "key-value"],
      [2, "key-value-2"],
      [3, "key-value-3"],
    ] as const) {
      const { registrations, result } = await deployed(
        () => new Secret("key", { source: { source: "generated", length: 32, generation } }),
      );
      assert.deepEqual(Object.keys(byName(registrations)), [name]);
      assert.equal(await valueOf(result.value), password(name, 32));
      assert.equal(result.previous, undefined);
    }
  });

  it("keeps the previous generation while both are valid", async () => {
    for (const [generation, names] of [
      [1, ["key-value"]],
      [2, ["key-value-2", "key-value"]],
      [3, ["key-value-3", "key-value-2"]],
    ] as const) {
      const rotate = { every: 90, overlap: true };
      const { registrations, result } = await deployed(
        () => new Secret("key", { source: { source: "generated", length: 32, generation, rotate } }),
      );
      assert.deepEqual(Object.keys(byName(registrations)), names);
      assert.equal(await valueOf(result.value), password(names[0], 32));
      assert.deepEqual(
        result.previous && [await valueOf(result.previous), await isSecret(result.previous)],
        names[1] && [password(names[1], 32), true],
      );
    }
  });

  it("is refused without a value", async () => {
    const { thrown } = await outcome(() => new Secret("key", { source: { source: "environment" } }));
    assert.equal((thrown as Error).message, "key: a value of the source environment has to be given");
  });
});
