import { z } from "zod";

import { expectedKind } from "../input/input-checks.ts";
import { variableWords } from "./secret-source.ts";

const name = z.string(variableWords).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, variableWords);
export const stored = z
  .strictObject({
    source: z.literal("configuration"),
    name: name.describe("The name under `towpath:secretValues`."),
  })
  .meta({
    id: "StoredCredential",
    description: "The value stands, encrypted, in the stack's configuration, under `towpath:secretValues`.",
  });
export const variable = z
  .strictObject({ source: z.literal("environment"), variable: name.describe("The variable's name.") })
  .meta({
    id: "VariableCredential",
    description: "The value is in an environment variable of the one who runs the deployment.",
  });
const agent = z
  .strictObject({ source: z.literal("agent") })
  .meta({ id: "AgentCredential", description: "The running SSH agent signs; Towpath never sees the key." });

export type AgentCredential = z.output<typeof agent>;

const words = expectedKind(
  "source",
  ["configuration", "environment"],
  'write { "source": "environment", "variable": "NAME" }',
);
const agentWords = expectedKind(
  "source",
  ["agent", "configuration", "environment"],
  'write { "source": "agent" } to use the running SSH agent',
);

/**
 * The schema of the source of a credential: a value that the deployment itself needs, and the application never sees.
 * Text that stands there by mistake may be the value itself, and is not shown.
 */
export const credential = z.discriminatedUnion("source", [stored, variable], words);

export type CredentialSource = z.output<typeof credential>;

/** The schema of the source of an SSH key. */
export const sshKey = z.discriminatedUnion("source", [agent, stored, variable], agentWords);
