import { hidden } from "../hidden.ts";

/** The labels of one part, in the form and order of the docker package. */
export function labels(part: string, release?: string): { label: string; value: string }[] {
  return [
    { label: "towpath.environment", value: "local" },
    { label: "towpath.namespace", value: "notes-local" },
    { label: "towpath.part", value: part },
    { label: "towpath.project", value: "notes" },
    ...(release === undefined ? [] : [{ label: "towpath.release", value: release }]),
  ];
}

/** A secret as a file of a container. */
export function secretUpload(name: string, value: string): Record<string, unknown> {
  return { file: `/run/secrets/${name}`, content: hidden(value), permissions: "0444" };
}

/** A step that runs again when a trigger changes, and only then. */
export function triggered(program: string, triggers: string[], input: unknown): Record<string, unknown> {
  return {
    ...step(program, input),
    triggers,
    // What it prints is the receipt from then on.
    update: `printf %s "$PULUMI_COMMAND_STDOUT"`,
    addPreviousOutputInEnv: true,
  };
}

/** A step that runs again when its input changes. */
export function step(program: string, input: unknown): Record<string, unknown> {
  return {
    create: `node steps/run.mjs ${program}`,
    stdin: hidden(input),
    logging: "none",
    addPreviousOutputInEnv: false,
  };
}
