import type { Application } from "../application/application.ts";
import { serversOf } from "../application/needs.ts";
import { InputError } from "../input/input-error.ts";
import { size } from "../input/size.mjs";
import { isoOf, minute } from "../input/times.mjs";
import { limitsFor, type LimitsSettings } from "../settings/limits.ts";
import type { Answer, Room } from "./program/room.mjs";

/** A preview that asks for room, and where. */
export interface Asking {
  readonly namespace: string;
  /** The most that its containers may use together, in bytes. */
  readonly memory: number;
  /** The stack of the host. */
  readonly gateway: string;
  readonly room: Room;
}

/** The most that the containers of a preview may use together, in bytes: each of its services and servers up to its limit. */
export function previewMemory(
  application: Pick<Application, "services" | "postgres" | "redis" | "buckets">,
  limits: LimitsSettings,
): number {
  const names = [...Object.keys(application.services), ...serversOf(application)];
  return names.reduce((sum, name) => sum + limitsFor(limits, name).memory, 0);
}

/**
 * Says where a preview finds its room.
 *
 * @param tense whether others were put to sleep, or would be
 * @throws InputError when there is none: it waits, or can never fit
 */
export function roomInWords(
  { namespace, memory, gateway, room }: Asking,
  answer: Answer,
  tense: "sleeps" | "would sleep",
): string[] {
  const { taken } = answer;
  const there = `${size(taken.memory)} of ${size(room.memory)} and ${taken.previews} of ${room.previews} places`;
  switch (answer.answer) {
    case "never":
      throw new InputError([
        `towpath:limits.memory: ${size(memory)} for the containers of ${namespace}, each up to its limit, do not fit, got ${size(room.memory)} for all previews; lower it, or raise towpath:room.memory of ${gateway}`,
      ]);
    case "waits":
      throw new InputError([
        `towpath:gateway: ${size(memory)} and a place are needed on ${gateway}, got ${there} taken by others; ${namespace} waits as number ${answer.place} of the queue: run the command again later, or make room with npx towpath preview sleep <number>`,
      ]);
    case "room":
      return [
        `room: ${namespace} may use ${size(memory)}; others took ${there} of ${gateway}`,
        ...answer.sleep.map(
          (tenant) =>
            `room: ${tenant.namespace} ${tense} to make room, unused since ${minute(isoOf(tenant.active))}`,
        ),
      ];
  }
}
