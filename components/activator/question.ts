import { askCommand } from "../host/plain-program.ts";
import type { Question } from "./program/control.mjs";
import type { Admission, Host } from "./program/host.mjs";
import type { Answer } from "./program/room.mjs";

/** The answers of the activator, by what it is asked. */
export interface ActivatorAnswers {
  readonly state: Awaited<ReturnType<Host["state"]>>;
  readonly look: Answer;
  readonly admit: Answer;
  readonly wake: { readonly result: Admission };
  readonly sleep: { readonly result: "asleep" };
  readonly leave: { readonly result: "left" };
}

/** The command that asks the activator, inside of its container. */
export function activatorCommand(question: Question): string[] {
  return askCommand(question);
}
