/** What makes a program start faster; Node loads it before Pulumi's SDK: `nodeargs` in Pulumi.yaml. */
import { isFast } from "./switch.mjs";

if (isFast()) {
  await import("./deferred-modules.mjs");
  await import("./stack-traces.mjs");
}
