import { z } from "zod";

import { expectedKind } from "../input/input-checks.ts";
import { variableWords } from "./secret-source.ts";

/** Where a value comes from that the deployment itself needs, and the application never sees. */
export type CredentialSource = StoredCredential | VariableCredential;

/** The value stands, encrypted, in the stack's configuration, under `towpath:secretValues`. */
export interface StoredCredential {
  source: "configuration";
  /** The name under `towpath:secretValues`. */
  name: string;
}

/** The value is in an environment variable of the one who runs the deployment. */
export interface VariableCredential {
  source: "environment";
  /** The variable's name. */
  variable: string;
}

/** The running SSH agent signs; Towpath never sees the key. */
export interface AgentCredential {
  source: "agent";
}

const name = z.string(variableWords).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, variableWords);
const stored = z.strictObject({ source: z.literal("configuration"), name }).meta({ id: "StoredCredential" });
const variable = z
  .strictObject({ source: z.literal("environment"), variable: name })
  .meta({ id: "VariableCredential" });
const agent = z.strictObject({ source: z.literal("agent") }).meta({ id: "AgentCredential" });

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

/** The schema of CredentialSource. What stands there by mistake may be the value itself, and is not shown. */
export const credential = z.discriminatedUnion("source", [stored, variable], words);

/** The schema of the SSH key's source. */
export const sshKey = z.discriminatedUnion("source", [agent, stored, variable], agentWords);
