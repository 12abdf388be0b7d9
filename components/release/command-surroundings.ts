import type { Service } from "../application/application.ts";
import { isReadyMade } from "../application/images.ts";
import { found } from "../application/names.ts";
import type { RunArgs } from "../migration/migration.ts";
import { serviceInputs } from "../secrets/service-inputs.ts";
import { limitsOf } from "./boundaries.ts";
import type { ReleaseArgs } from "./release-args.ts";

/** The surroundings of a command of a service. A seed has the labels of a migration: neither runs beside the other. */
export function runOf(
  args: ReleaseArgs,
  serviceName: string,
  part = "migration",
): Omit<RunArgs, "timeoutSeconds"> {
  const service = found(args.application.services, serviceName);
  return {
    ...limitsOf(args.boundaries, serviceName),
    host: args.host,
    labels: args.labels(part),
    mounts: mountsOf(args, service),
    ...serviceInputs(args, service),
  };
}

/** The source that a service sees as it is in the working tree. */
export function mountsOf({ application }: ReleaseArgs, { image }: Service): Readonly<Record<string, string>> {
  const built = found(application.images, image);
  return isReadyMade(built) ? {} : (built.mounts ?? {});
}
