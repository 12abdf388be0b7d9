import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Host } from "../../../components/activator/program/host.mjs";
import { readyLabel } from "../../../components/activator/program/previews.mjs";
import type { Room } from "../../../components/activator/program/room.mjs";

/** The time at which a scene begins. */
export const began = Date.parse("2026-01-02T12:00:00Z");

/** A host whose engine is played, with a clock of its own. */
export class Scene {
  now = began;
  /** What the engine was asked to do, in order: `start notes-pr-12-api`. */
  readonly done: string[] = [];
  /** What is asked in containers succeeds; false where it never does. */
  well = true;
  /** Called while a container is stopped. */
  whileStopping: () => void = () => undefined;
  readonly host: Host;
  private readonly containers = new Map<
    string,
    { State: string; labels: Record<string, string>; madeAfter?: number }
  >();
  private readonly folder = mkdtempSync(join(tmpdir(), "towpath-activator-"));

  constructor(room: Partial<Room> = {}) {
    this.host = this.start(room);
  }

  /** An activator that begins now. */
  start(room: Partial<Room> = {}): Host {
    return new Host({
      room: { memory: 600, previews: 2, whenFull: "sleep", sleepAfter: 7200, ...room },
      gateway: "gateway",
      file: join(this.folder, "kept.json"),
      now: () => this.now,
      engine: {
        listContainers: () =>
          Promise.resolve(
            [...this.containers].map(([Id, { State, labels, madeAfter = 0 }]) => ({
              Id,
              Names: [`/${Id}`],
              State,
              Created: began / 1000 - 24 * 3600 + madeAfter,
              Labels: labels,
            })),
          ),
        memoryOf: () => Promise.resolve(100),
        start: (id) => this.change(id, "start", "running"),
        stop: (id) => {
          this.whileStopping();
          return this.change(id, "stop", "exited");
        },
        runIn: (container, [, , script = "", , address = ""]) => {
          this.done.push(`ask ${container} ${address || (/until (\S+)/.exec(script)?.[1] ?? "")}`);
          return Promise.resolve(this.well);
        },
      },
    });
  }

  /** A preview with a database, an API and a worker. */
  add(namespace: string, state = "running"): void {
    const of = (part: string, more: Record<string, string> = {}): void => {
      const labels = {
        "towpath.environment": "preview",
        "towpath.namespace": namespace,
        "towpath.part": part,
        ...more,
      };
      this.containers.set(`${namespace}-${part}`, { State: state, labels });
    };
    of("worker", { "towpath.release": "1" });
    of("api", { "towpath.release": "1", [readyLabel]: "pr.example.com:8000/api/health" });
    of("postgres");
  }

  /** A container that belongs to somebody else, or to a step. */
  other(id: string, labels: Record<string, string>, state = "exited", madeAfter = 0): void {
    this.containers.set(id, { State: state, labels, madeAfter });
  }

  states(namespace: string): string[] {
    return ["api", "postgres", "worker"].map(
      (part) => this.containers.get(`${namespace}-${part}`)?.State ?? "none",
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private change(id: string, what: string, state: string): Promise<void> {
    const container = this.containers.get(id);
    if (container === undefined) return Promise.reject(new Error(`no ${id}`));
    container.State = state;
    this.done.push(`${what} ${id}`);
    return Promise.resolve();
  }
}
