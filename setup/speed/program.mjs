/** What makes a program start faster; Node loads it before Pulumi's SDK: `nodeargs` in Pulumi.yaml. */
import "./deferred-modules.mjs";
import "./stack-traces.mjs";
