import assert from "node:assert/strict";
import type { Registration } from "./engine.ts";
import { released } from "./released.ts";

describe("a backing server that is made again", () => {
  let registrations: readonly Registration[];

  before(async () => {
    ({ registrations } = await released({}));
  });

  for (const server of ["postgres", "redis", "object-storage"]) {
    it(`is ${server}, and takes nothing with it that serves`, () => {
      assert.deepEqual(goneWith(`notes-staging-${server}-container`), []);
    });
  }

  it("passes its gate again, in place, also where a state has the gate's triggers", () => {
    const gate = registrations.find(({ name }) => name === "notes-staging-redis-gate-poll");
    assert.deepEqual(gate?.options.ignoreChanges, ["triggers"]);
    assert.ok(gate.sources.stdin?.some((urn) => urn.endsWith("::notes-staging-redis-container")));
    assert.equal(gate.inputs.triggers, undefined);
    assert.equal(gate.inputs.update, undefined);
  });

  /**
   * What the engine deletes before it deletes that resource first, by its own rule: each whose inputs come from what is deleted, if
   * another value of such an input replaces it.
   */
  function goneWith(name: string): string[] {
    const gone = new Set(registrations.filter((one) => one.name === name).map(({ urn }) => urn));
    assert.equal(gone.size, 1);
    const also: string[] = [];
    for (const one of registrations.filter(({ custom }) => custom)) {
      const unknown = Object.keys(one.sources).filter((input) =>
        one.sources[input]?.some((urn) => gone.has(urn)),
      );
      if (!unknown.some((input) => replaces(one, input))) continue;
      gone.add(one.urn);
      also.push(one.name);
    }
    return also;
  }

  function replaces({ type }: Registration, input: string): boolean {
    return type === "command:local:Command" ? input === "triggers" : true;
  }
});
