import type { ContainerArgs } from "@pulumi/docker";

/** Fields of a container that say what it may do, as the docker package names them. */
type Rights = Pick<ContainerArgs, "capabilities" | "securityOpts" | "logDriver" | "logOpts">;

/** Of what a container prints, 50 MB are kept: enough to see what led to a failure, and no disk fills with it. */
const rotatedLogs = {
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "5" },
} as const satisfies Rights;

/** What the entry points of the official images need, which begin as root, take over their folder and become another user. */
const ofEntryPoints = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"] as const;

/** The rights of a server where users' data is: none of Linux' capabilities but the named ones, and never more than at its start. */
export function fewRights(capabilities: readonly string[]): Rights {
  // In the engine's own form and order: every other one would show as a change in every plan.
  const adds = [...capabilities].sort().map((name) => `CAP_${name}`);
  return {
    capabilities: { drops: ["ALL"], ...(adds.length > 0 && { adds }) },
    securityOpts: ["no-new-privileges:true"],
    ...rotatedLogs,
  };
}

/** The rights of a backing service. */
export const backingServiceRights = fewRights(ofEntryPoints);
