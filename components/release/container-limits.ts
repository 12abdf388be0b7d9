import type { ContainerArgs } from "@pulumi/docker";
import type { Service } from "../application/application.ts";
import { fewRights } from "../host/container-rights.ts";
import type { Limits } from "../settings/limits.ts";

const mebibyte = 1024 ** 2;

/**
 * The fields of the docker package that keep a copy of a service within its limits: memory without swap, processors, few
 * rights, logs that do not grow. The number of processes is the health gate's to set.
 */
export function containerLimits(
  { memory, cpus }: Limits,
  { readOnly, capabilities }: Pick<Service, "readOnly" | "capabilities">,
): Partial<ContainerArgs> {
  const inMebibytes = Math.floor(memory / mebibyte);
  return {
    memory: inMebibytes,
    // Said, because the engine would fill it in and every plan show the difference.
    memorySwap: inMebibytes,
    // As the docker package reads it back, always with a decimal point.
    cpus: Number.isInteger(cpus) ? cpus.toFixed(1) : String(cpus),
    ...fewRights(capabilities),
    ...(readOnly && { readOnly: true, tmpfs: { "/tmp": "" } }),
  };
}
