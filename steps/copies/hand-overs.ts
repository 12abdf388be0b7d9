import type { HandOver } from "../../components/contract/health-gate.ts";
import { checkRun } from "../lineage.ts";
import type { Machine } from "../machine/machine.ts";
import { StepFailure } from "../program.ts";
import { healthy } from "./healthy.ts";

/** The part of a receipt that tells of copies that took over. */
export interface HandedOver {
  /** The seconds in which no copy of a service was well, by what people call it. */
  readonly handedOver?: Readonly<Record<string, number>>;
}

/** A hand-over that has begun. */
interface Begun {
  readonly to: HandOver;
  /** The copies that ran before, which run again when it is undone. */
  readonly from: readonly string[];
}

/**
 * Copies that take over from those of which none may run beside them.
 *
 * A run that dies in the middle leaves none running, or the new one: what the gateway serves says which copies the last
 * release left, so that the next run knows what to go back to.
 */
export class HandOvers {
  private readonly begun: Begun[] = [];
  private readonly seconds: Record<string, number> = {};
  private readonly machine: Machine;
  private readonly served: readonly string[];

  /** `served` are the copies that the last release left. */
  constructor(machine: Machine, served: readonly string[]) {
    this.machine = machine;
    this.served = served;
  }

  /** The parts that are known once all are made. */
  get receipt(): HandedOver {
    return Object.keys(this.seconds).length === 0 ? {} : { handedOver: this.seconds };
  }

  /** Has the copies take over, one after the other. Throws a StepFailure, and leaves what was done to `undo`. */
  async make(copies: readonly HandOver[]): Promise<void> {
    for (const to of copies) await this.one(to);
  }

  /** Has the copies run again that ran before. Returns what became of each, in words. */
  async undo(): Promise<string[]> {
    const said: string[] = [];
    for (const { to, from } of this.begun.splice(0).reverse()) {
      // With nothing to go back to, it goes on, so that people can look at it.
      if (from.length > 0) said.push(`${to.subject}: ${await this.back(to, from)}`);
    }
    return said;
  }

  private async one(to: HandOver): Promise<void> {
    const { machine, served } = this;
    const all = await machine.copies(to.onlyOneOf);
    const others = all.filter(({ name }) => name !== to.container);
    const running = others.filter(({ isUp }) => isUp).map(({ name }) => name);
    const isUp = all.some((copy) => copy.name === to.container && copy.isUp);
    // Another switch of a release that took over before.
    if (isUp && running.length === 0 && served.includes(to.container)) return;
    const left = others.map(({ name }) => name).filter((name) => served.includes(name));
    this.begun.push({ to, from: left.length > 0 ? left : running });
    const began = Date.now();
    for (const name of running) await this.end(name, to);
    checkRun();
    await machine.start(to.container);
    await healthy(machine, to);
    if (running.length > 0) this.seconds[to.subject] = Math.round((Date.now() - began) / 100) / 10;
  }

  private async end(name: string, { subject, onlyOneOf, graceSeconds }: HandOver): Promise<void> {
    checkRun();
    await this.machine.stop(name, graceSeconds);
    const found = await this.machine.copies(onlyOneOf);
    if (found.some((copy) => copy.name === name && copy.isUp))
      throw new StepFailure(`${subject}: the old copy ${name} did not end within ${graceSeconds} s`);
  }

  private async back(to: HandOver, from: readonly string[]): Promise<string> {
    try {
      await this.end(to.container, to);
      checkRun();
      for (const name of from) await this.machine.start(name);
      return "the old copy runs again";
    } catch (error) {
      return `the old copy could not be started again, none may run until the next up: ${(error as Error).message}`;
    }
  }
}
