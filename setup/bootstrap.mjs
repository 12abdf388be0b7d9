#!/usr/bin/env node
/**
 * The start of every `npm run …`: it needs nothing but Node, not even `node_modules`.
 *
 * This file is read by whatever Node a machine has, so it keeps to a syntax and to modules that old versions know, and
 * leaves the rest to files that may be modern: on a Node that is too old, a newer one starts this file again.
 */
import { nodeProblem, useOf } from "./node-version.mjs";

const version = process.versions.node;
const use = useOf(version);
// What these reject with ends the process as any other error does.
if (use === "run") {
  void import("./hand-over.mjs").then(function (handOver) {
    return handOver.handOver();
  });
} else if (use === "provide") {
  void import("./start-again.mjs").then(function (again) {
    again.startAgain(process.argv.slice(1));
  });
} else {
  process.stderr.write(nodeProblem(version) + "\n");
  process.exit(1);
}
