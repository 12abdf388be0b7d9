import assert from "node:assert/strict";
import { groupsOf, longGroupOf } from "../../run/groups.ts";
import { shuffled } from "../../run/shuffle.ts";

const files = [
  "test/e2e/github/docs.test.ts",
  "test/e2e/github/released.test.ts",
  "test/e2e/hosts/release.test.ts",
  "test/e2e/local/docs.test.ts",
  "test/unit/cli/look.test.ts",
  "test/unit/naming/names.test.ts",
];

describe("the groups of tests", () => {
  it("are the unit tests, then the folders of e2e, each with what takes its hosts", () => {
    assert.deepEqual(
      groupsOf(files).map(({ name, kind, files: its }) => [name, kind, its.length]),
      [
        ["unit", "unit", 2],
        ["github", "e2e", 1],
        ["hosts", "e2e", 2],
        ["local", "e2e", 1],
      ],
    );
  });

  it("in several lanes begin with the longest", () => {
    assert.deepEqual(
      groupsOf(files, { lanes: 2 }).map(({ name, files: its }) => [name, its.length]),
      [
        ["hosts", 2],
        ["unit", 2],
        ["github", 1],
        ["local", 1],
      ],
    );
  });

  it("include the unit tests once for each Node that they run on", () => {
    const groups = groupsOf(files.slice(-3), { nodes: ["oldest", "newest"] });
    assert.deepEqual(
      groups.map(({ name, kind, node, files: its }) => [name, kind, node, its.length]),
      [
        ["unit, oldest Node", "unit", "oldest", 2],
        ["unit, newest Node", "unit", "newest", 2],
        ["local", "e2e", undefined, 1],
      ],
    );
  });

  it("have an order that the seed decides, always the same for the same seed", () => {
    const order = (seed: number): string[] => groupsOf(files, { seed }).flatMap((group) => group.files);
    assert.deepEqual(order(1), order(1));
    assert.deepEqual([...order(2)].sort(), files);
    const orders = new Set([1, 2, 3, 4, 5].map((seed) => order(seed).join()));
    assert.ok(orders.size > 1);
    assert.deepEqual(shuffled([1, 2, 3, 4, 5, 6], 12), shuffled([1, 2, 3, 4, 5, 6], 12));
  });

  it("for long tests are one for each file, named after it, alone where it measures", () => {
    assert.deepEqual(
      [
        "test/e2e/hosts/soak.long.test.ts",
        "test/e2e/hosts/release.test.ts",
        "test/unit/naming/names.test.ts",
      ].map((file) => {
        const { name, kind, alone } = longGroupOf(file);
        return [name, kind, alone];
      }),
      [
        ["hosts/soak", "e2e", false],
        ["hosts/release, whole", "e2e", true],
        ["naming/names, whole", "unit", false],
      ],
    );
  });
});
