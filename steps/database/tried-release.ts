import type {
  DatabaseAddress,
  MeasureMigrationsInput,
  MeasureMigrationsReceipt,
  ScratchServer,
  TriedRelease,
  TriedService,
} from "../../components/contract/measure-migrations.ts";
import { until } from "../../components/input/until.ts";
import { request } from "../machine/http.ts";
import type { Machine, ScratchCopy } from "../machine/machine.ts";
import { waitingFor } from "../progress.ts";
import { unmet } from "../route/expectation.ts";
import { toolAt, type TrialDatabase } from "./trial-database.ts";

/** The time that a service without a health check has to run before it counts as well, in milliseconds. */
const settleMilliseconds = 5000;

/**
 * Starts the release on the database after the migrations, and asks its smoke checks.
 *
 * Where that fails it is started on the database before them as well: one that does not live there either shows nothing.
 */
export async function triedRelease(
  machine: Machine,
  { labels, limits }: Pick<MeasureMigrationsInput, "labels" | "limits">,
  release: TriedRelease,
  { container, address, before }: Pick<TrialDatabase, "container" | "address" | "before">,
): Promise<Required<MeasureMigrationsReceipt>["oldRelease"]> {
  const around = { beside: container, labels, limits, timeoutSeconds: 1800, environment: {} };
  const trial = new Trial(machine, around, release);
  waitingFor(`the release ${release.name} is tried on the new schema`);
  const ill = await trial.on(address);
  if (ill === undefined) {
    waitingFor(undefined);
    return {
      lives: true,
      words: `${release.name} lives on the new schema: ${release.services.map(asked).join("; ")}`,
    };
  }
  waitingFor(`the release ${release.name} is tried on the schema that is there`);
  const earlier = await trial.on(await before());
  waitingFor(undefined);
  return earlier === undefined
    ? { lives: false, words: `${release.name} does not live on the new schema: ${ill}` }
    : {
        words: `whether ${release.name} lives on the new schema is not known: it does not start by itself, ${earlier}`,
      };
}

function asked({ name, probe, checks }: TriedService): string {
  const paths = [
    ...(probe !== undefined && "path" in probe ? [probe.path] : []),
    ...checks.map(({ path }) => path),
  ];
  return paths.length === 0 ? `${name} runs` : `${name} answers ${[...new Set(paths)].join(", ")}`;
}

class Trial {
  private readonly machine: Machine;
  private readonly around: Omit<ScratchCopy, "image">;
  private readonly release: TriedRelease;

  constructor(machine: Machine, around: Omit<ScratchCopy, "image">, release: TriedRelease) {
    this.machine = machine;
    this.around = around;
    this.release = release;
  }

  /** Returns why the release does not live on the database at that address; undefined when it does. */
  on(address: DatabaseAddress): Promise<string | undefined> {
    const { asker, servers, services } = this.release;
    return this.withServers(
      [...servers, { image: asker, entrypoint: "sleep", command: ["1800"] }],
      async (names) => {
        const from = names.at(-1) ?? "";
        // One after the other: they share their addresses, and perhaps a port.
        for (const service of services) {
          const ill = await this.machine.scratch(this.copyOf(service, address), (copy) =>
            this.illness(copy, from, service),
          );
          if (ill !== undefined) return ill;
        }
        return undefined;
      },
    );
  }

  private withServers<T>(
    [next, ...others]: readonly ScratchServer[],
    work: (names: readonly string[]) => Promise<T>,
    names: readonly string[] = [],
  ): Promise<T> {
    if (next === undefined) return work(names);
    return this.machine.scratch({ ...this.around, ...next }, (name) =>
      this.withServers(others, work, [...names, name]),
    );
  }

  private copyOf(service: TriedService, address: DatabaseAddress): ScratchCopy {
    const { image, command, environment, variables, files } = toolAt(service, address);
    return {
      ...this.around,
      image,
      ...(command !== undefined && { command }),
      ...{ environment, variables, files },
    };
  }

  private async illness(copy: string, gateway: string, service: TriedService): Promise<string | undefined> {
    const { machine } = this;
    const { name, port = 0, checks, timeoutSeconds } = service;
    const target = { gateway, host: "127.0.0.1", port };
    const started = Date.now();
    const look = async (): Promise<string> => {
      const state = await machine.state(copy);
      if (!state.runs) return "ended";
      return this.health(copy, service, target, started);
    };
    const deadline = started + timeoutSeconds * 1000;
    const found = await until(look, (one) => one === "healthy" || one === "ended", {
      deadline,
      interval: 500,
    });
    const log = async (): Promise<string> => `; its last log lines:\n${await machine.log(copy, 10)}`;
    if (found === "ended") return `${name} ended before it was healthy${await log()}`;
    if (found !== "healthy")
      return `${name} is not healthy within ${timeoutSeconds} s, ${found}${await log()}`;
    for (const check of checks) {
      const wrong = await unmet(machine, target, check);
      if (wrong !== undefined) return `${name}: ${wrong}${await log()}`;
    }
    return undefined;
  }

  private async health(
    copy: string,
    { probe }: TriedService,
    target: { gateway: string; host: string; port: number },
    started: number,
  ): Promise<string> {
    const { machine } = this;
    if (probe === undefined) return Date.now() - started > settleMilliseconds ? "healthy" : "it runs";
    if ("command" in probe) {
      return machine.run(copy, probe.command).then(
        () => "healthy",
        (error: unknown) => (error as Error).message,
      );
    }
    return request(machine, target, { path: probe.path }).then(
      ({ status, body }) =>
        status >= 200 && status < 400 ? "healthy" : `got ${status} ${body.slice(0, 200)}`,
      (error: unknown) => (error as Error).message,
    );
  }
}
