import { parseApplication } from "../../components/application/parse.ts";
import { lostInWords } from "../../components/environment/kept-redis.ts";
import { namesOf } from "../../components/naming/names.ts";
import type { Session } from "./session.ts";

/** Says which volume a start removes with its data, for the application says by now that it may be lost. */
export function goingVolumes({
  call,
  deployment,
  namespace,
}: Pick<Session, "call" | "deployment" | "namespace">): string[] {
  const volume = namesOf(namespace).volume("redis");
  const isThere = deployment?.resources.some(
    ({ type, outputs }) => type === "docker:index/volume:Volume" && outputs?.name === volume,
  );
  if (isThere !== true || parseApplication(call.project.application).redis?.persistent !== false) return [];
  return [lostInWords(volume)];
}
