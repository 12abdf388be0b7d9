import { z } from "zod";

import { expected, expectedUnshown } from "../input/input-checks.ts";
import { isLabel } from "../naming/namespace.ts";
import { sshKey, type AgentCredential, type CredentialSource } from "./credential.ts";

/** A machine that is reached over SSH. */
export interface JumpHostSettings {
  /** Its host name or IP address. */
  address: string;
  /** Who signs in; on a host that runs containers, one who may use Docker. */
  user: string;
  /** The port of its SSH server. */
  port: number;
  /** Where the private key comes from. */
  key: AgentCredential | CredentialSource;
  /** The machine's public host key, as `ssh-keyscan` prints it without the name: `ssh-ed25519 AAAA…`. Any other is refused. */
  hostKey: string;
}

/** A host that the environment runs on. */
export interface HostSettings extends JumpHostSettings {
  /** The machine to go through; left out, the host is reached directly. */
  jumpHost?: JumpHostSettings;
}

/**
 * The longest name of a host: with the longest namespace, ssh's own sockets have room in the 104 bytes that the path of a
 * socket may have.
 */
const longestName = 24;

const nameWords = expected(
  `a name of lower-case letters, digits and hyphens, from a letter on, at most ${longestName} characters`,
  'for example "app1"',
);

/** The schema of a host's name. */
export const hostName = z.string().refine((name) => isLabel(name, longestName), nameWords);

const addressWords = expected("a host name or IP address", 'for example "app1.example.com"');
const userWords = expected("a user of the host", 'for example "deploy"');
const portWords = expected("a port from 1 to 65535", "take 22 if in doubt");
// People paste the private key here; it must not come back in a message.
const hostKeyWords = expectedUnshown(
  "a public host key",
  "take the line that ssh-keyscan prints, without the name: ssh-ed25519 AAAA…",
);

const machine = {
  address: z
    .string(addressWords)
    .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+:[0-9A-Fa-f:.]*)$/, addressWords),
  user: z.string(userWords).regex(/^[a-z_][a-z0-9_.-]*\$?$/, userWords),
  port: z.int(portWords).min(1, portWords).max(65535, portWords).default(22),
  key: sshKey.default({ source: "agent" }),
  hostKey: z
    .string(hostKeyWords)
    .regex(/^(?:ssh|ecdsa|sk)-[A-Za-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}$/, hostKeyWords),
};

/** The schema of HostSettings. */
export const host = z
  .strictObject(
    { ...machine, jumpHost: z.strictObject(machine).meta({ id: "JumpHostSettings" }).exactOptional() },
    expectedUnshown(
      "a host",
      'write { "address": "app1.example.com", "user": "deploy", "hostKey": "ssh-ed25519 AAAA…" }',
    ),
  )
  .meta({ id: "HostSettings" });
