#!/usr/bin/env node
/**
 * What every `npm run …` starts with: it needs nothing but Node, not even `node_modules`.
 *
 * This file is read by whatever Node a machine has, so it keeps to a syntax and to modules that old versions know, says
 * when the version is too old, and leaves the rest to files that may be modern.
 */
import { nodeProblem } from "./node-version.mjs";

const problem = nodeProblem(process.versions.node);
if (problem !== null) {
  process.stderr.write(problem + "\n");
  process.exit(1);
}

// What it rejects with ends the process as any other error does.
void import("./hand-over.mjs").then(function (handOver) {
  return handOver.handOver();
});
