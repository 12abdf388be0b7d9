import { z } from "zod";

import { expected } from "../input/input-checks.ts";

const units = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** The least that Docker takes. */
const leastMemory = 6 * units.MiB;

/** The number of bytes that a text such as `256MiB` says; undefined when it says none. */
export function bytes(text: string): number | undefined {
  const [, number, unit] = /^([0-9]{1,6}(?:\.[0-9]{1,3})?)(KiB|MiB|GiB)$/.exec(text) ?? [];
  return unit === undefined ? undefined : Math.round(Number(number) * units[unit as keyof typeof units]);
}

const memoryWords = expected("memory of at least 6MiB, in KiB, MiB or GiB", 'for example "256MiB"');
const cpusWords = expected("processors from 0.01 to 512", "for example 0.5");
const pidsWords = expected("a number of processes from 8 to 65536", "for example 256");

/** The schemas of the resources that one container may use at most. */
const shape = {
  memory: z
    .string(memoryWords)
    .refine((text) => (bytes(text) ?? 0) >= leastMemory, memoryWords)
    .transform((text) => bytes(text) ?? 0)
    .describe("Memory, in bytes; written with its unit, `KiB`, `MiB` or `GiB`: `256MiB`."),
  cpus: z
    .number(cpusWords)
    .min(0.01, cpusWords)
    .max(512, cpusWords)
    .describe("Processors; `0.5` is half of one."),
  pids: z.int(pidsWords).min(8, pidsWords).max(65536, pidsWords).describe("Processes and threads."),
};

const ownWords = expected("limits of the service of that name", 'write { "worker": { "memory": "1GiB" } }');

/** Limits of one service that stand in for those of all. */
const ownLimits = z
  .strictObject(
    {
      memory: shape.memory.exactOptional(),
      cpus: shape.cpus.exactOptional(),
      pids: shape.pids.exactOptional(),
    },
    ownWords,
  )
  .meta({
    id: "OwnLimits",
    description: "What a container of one service may use at most, where that is not what all others may.",
  });

/** The schema of the resources that one container may use at most. */
export const limits = z
  .strictObject(
    {
      ...shape,
      services: z
        .record(z.string(), ownLimits, ownWords)
        .exactOptional()
        .describe(
          "Those of single services and backing services (`postgres`, `redis`, `object-storage`), by name; what one leaves out is as for all. Backing services that are not named have no limits, but in previews.",
        ),
    },
    expected("limits", 'write { "memory": "512MiB", "cpus": 1, "pids": 256 }'),
  )
  .meta({ id: "Limits", description: "What one container may use at most." });

/** The limits of one container. */
export type Limits = Readonly<Record<keyof typeof shape, number>>;

/** The limits of all containers, and of single services. */
export type LimitsSettings = z.output<typeof limits>;

/** The limits of a service or backing service. */
export function limitsFor({ services = {}, ...all }: LimitsSettings, name: string): Limits {
  return { ...all, ...(Object.hasOwn(services, name) && services[name]) };
}

/** The limits of a backing service that has some of its own; undefined where it has none. */
export function ownLimitsFor(limits: LimitsSettings, name: string): Limits | undefined {
  return Object.hasOwn(limits.services ?? {}, name) ? limitsFor(limits, name) : undefined;
}
