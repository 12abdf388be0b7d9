import { z } from "zod";

import { expected, expectedUnshown } from "../input/input-checks.ts";
import { isLabel } from "../naming/namespace.ts";
import { sshKey } from "./credential.ts";

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
    .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+:[0-9A-Fa-f:.]*)$/, addressWords)
    .describe("Its host name or IP address."),
  user: z
    .string(userWords)
    .regex(/^[a-z_][a-z0-9_.-]*\$?$/, userWords)
    .describe("Who signs in; on a host that runs containers, one who may use Docker."),
  port: z
    .int(portWords)
    .min(1, portWords)
    .max(65535, portWords)
    .default(22)
    .describe("The port of its SSH server."),
  key: sshKey.default({ source: "agent" }).describe("Where the private key comes from."),
  hostKey: z
    .string(hostKeyWords)
    .regex(/^(?:ssh|ecdsa|sk)-[A-Za-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}$/, hostKeyWords)
    .describe(
      "The machine's public host key, as `ssh-keyscan` prints it without the name: `ssh-ed25519 AAAA…`. Any other is refused.",
    ),
};

/** A machine to go through. */
const jumpHost = z
  .strictObject(machine)
  .meta({ id: "JumpHostSettings", description: "A machine that is reached over SSH." });

export type JumpHostSettings = z.output<typeof jumpHost>;

/** A host. */
export const host = z
  .strictObject(
    {
      ...machine,
      jumpHost: jumpHost
        .exactOptional()
        .describe("The machine to go through; left out, the host is reached directly."),
    },
    expectedUnshown(
      "a host",
      'write { "address": "app1.example.com", "user": "deploy", "hostKey": "ssh-ed25519 AAAA…" }',
    ),
  )
  .meta({ id: "HostSettings", description: "A host that the environment runs on." });

export type HostSettings = z.output<typeof host>;
