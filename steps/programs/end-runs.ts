import type { EndRunsInput } from "../../components/contract/end-runs.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep } from "../program.ts";

await runStep(async ({ labels, graceSeconds }: EndRunsInput, machine: Machine) => ({
  ended: await machine.endRuns(labels, graceSeconds),
}));
