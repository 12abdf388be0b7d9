import { join } from "node:path";
import { runNpm } from "../../setup/npm.mjs";
import { provideNode } from "../../setup/provided-node.mjs";
import { Problem } from "../../cli/problem.ts";

/** The oldest and the newest Node that Towpath runs on: a folder each in `test/run/nodes`, with the lock of its version. */
export const nodeNames = ["oldest", "newest"] as const;

export type NodeName = (typeof nodeNames)[number];

/** Provides one of them for the unit tests, and returns its program. */
export function nodeNamed(root: string, name: NodeName, say: (line: string) => void): string {
  const found = provideNode(join(root, "test/run/nodes", name), { run: runNpm, say });
  if ("program" in found) return found.program;
  if (found.said !== "") say(found.said);
  throw new Problem(
    `test: no ${name} Node to run the unit tests on, for ${found.why}; repair that and run the command again`,
  );
}
