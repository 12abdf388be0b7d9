import assert from "node:assert/strict";
import { filesOf, isLong, kindsOf } from "../../run/suites.ts";
import { FakeMachine } from "../cli/fake-machine.ts";

describe("the suites of a kind", () => {
  let machine: FakeMachine;

  before(() => {
    machine = new FakeMachine();
    const files = ["local.test.ts", "hosts/ssh.test.ts", "hosts/ssh.ts", "hosts/soak.long.test.ts"];
    for (const file of files) machine.write(`test/e2e/${file}`, "");
  });
  after(() => {
    machine.remove();
  });

  it("are of both kinds, or of the named one", () => {
    assert.deepEqual(
      [kindsOf(undefined), kindsOf("unit"), kindsOf("e2e")],
      [["unit", "e2e"], ["unit"], ["e2e"]],
    );
    assert.throws(() => kindsOf("unti"), {
      message: 'test: unknown kind of tests, got "unti"; use unit or e2e',
    });
  });

  it("are found by the name of a file or a folder", () => {
    const of = (suite?: string): string[] => filesOf(machine.root, "e2e", suite);
    const hosts = ["test/e2e/hosts/soak.long.test.ts", "test/e2e/hosts/ssh.test.ts"];
    const local = "test/e2e/local.test.ts";
    assert.deepEqual([of(), of("local"), of("hosts")], [[...hosts, local], [local], hosts]);
    assert.deepEqual(of("hosts/soak"), ["test/e2e/hosts/soak.long.test.ts"]);
    assert.throws(() => of("lokal"), {
      message: 'test: no such suite, got "lokal"; use the name of a file or folder in test/e2e',
    });
  });

  it("are none when a kind has no folder", () => {
    assert.deepEqual(filesOf(machine.root, "unit", undefined), []);
  });

  it("are recognised as long by their name", () => {
    assert.deepEqual(["a/b.long.test.ts", "a/b.test.ts"].map(isLong), [true, false]);
  });
});
