/**
 * Runs Node with the arguments that follow, one that Towpath runs on: `node setup/node.mjs bench/run.ts`. Like
 * bootstrap.mjs, it is read by whatever Node a machine has.
 */
import { nodeProblem, useOf } from "./node-version.mjs";

const version = process.versions.node;
if (useOf(version) === "refuse") {
  process.stderr.write(nodeProblem(version) + "\n");
  process.exit(1);
}
void import("./start-again.mjs").then(function (again) {
  again.startAgain(process.argv.slice(2));
});
