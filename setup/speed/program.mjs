/** The modules that make a program start faster; Node loads them before Pulumi's SDK: `nodeargs` in Pulumi.yaml. */
import { isFast } from "./switch.mjs";

if (isFast()) {
  await import("./deferred-modules.mjs");
  await import("./stack-traces.mjs");
}
