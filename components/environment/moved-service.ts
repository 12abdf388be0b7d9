import { InputError } from "../input/input-error.ts";
import type { ReleaseRecord } from "../plan/release-record.ts";
import type { ExternalService } from "../settings/external.ts";

/** A backing service whose data a release does not copy. */
export interface KeptService {
  readonly service: ExternalService;
  /** The name that messages use. */
  readonly title: string;
  /** What to do in maintenance, with the guide to it. */
  readonly otherwise: string;
}

/** Refuses a release that would show users another one than that with their data: in maintenance there are no users. */
export function checkMoved(
  { service, title, otherwise }: KeptService,
  last: Pick<ReleaseRecord, "external"> | undefined,
  { had, isExternal }: { readonly had: boolean; readonly isExternal: boolean },
): void {
  const wasExternal = last?.external?.includes(service) === true;
  if (!had || wasExternal === isExternal) return;
  const [where, instead, fix] = wasExternal
    ? [`in an external ${title}`, "got none, and an empty one would take its place", "put external back"]
    : [`in Towpath's own ${title}`, "got an external one", "remove external"];
  throw new InputError([
    `towpath:${service}.external: users' data is ${where}, ${instead}; ${fix}, or ${otherwise} in docs/external-services.md`,
  ]);
}
