/** How long a comment takes that says of 2,000 resources that they change: `npm run bench:comment`. */
import { performance } from "node:perf_hooks";
import { renderComment } from "../cli/comment/render.ts";
import type { StackPlan } from "../cli/plan/stack-plan.ts";
import { exampleComments } from "../test/support/comment-facts.ts";

const [example] = Object.values(exampleComments);
const [plan] = example?.merging ?? [];
if (example === undefined || plan === undefined) throw new Error("no example");
const resources: StackPlan["resources"] = Array.from({ length: 2_000 }, (_, index) => ({
  ...{ change: "update", type: "docker:index/container:Container", part: `service-${index}` },
  fields: ["image", "envs", "labels"],
}));
const secretValues = Array.from({ length: 20 }, (_, index) => `secret-value-${index}`);
const facts = { ...example, merging: [{ ...plan, resources }], secretValues };

const times = Array.from({ length: 20 }, () => {
  const began = performance.now();
  renderComment(facts);
  return performance.now() - began;
}).sort((a, b) => a - b);
process.stdout.write(
  `a comment for 2,000 changes with 20 secret values: ${times[10]?.toFixed(0) ?? ""} ms (median of 20), ${times.at(-1)?.toFixed(0) ?? ""} ms at most\n`,
);
