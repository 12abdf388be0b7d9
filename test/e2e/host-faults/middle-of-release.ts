/** The common part of the tests of faults: something happens in the middle of a release, while users are there. */
import { addedMigration } from "../../support/hosts/added-migration.ts";
import { Load, type LoadReport } from "../../support/load.ts";
import type { ReleasedProject } from "../../support/hosts/released-project.ts";
import type { TestHost } from "../../support/hosts/test-host.ts";
import type { Ended } from "../../support/project.ts";
import { until } from "../../support/until.ts";

/** The outcome of a release, and of users' requests meanwhile. */
export interface Through {
  readonly ended: Ended;
  readonly users: LoadReport;
}

/** A point of a release: true once it is reached. */
export type Moment = (host: TestHost) => Promise<true | undefined>;

/** A release of staging's api whose migration, of revision 0005, takes 6 s. */
export const slowMigration = {
  api: addedMigration({ revision: "0005", after: "0004", up: "SELECT pg_sleep(6)" }),
};

/** The migration runs. */
export async function migrating(host: TestHost): Promise<true | undefined> {
  const found = await host.docker("ps", "--no-trunc", "--format", "{{.Command}}");
  return found.some((command) => command.includes("alembic upgrade head")) || undefined;
}

/** New copies run beside the old ones. */
export async function copiesMade(host: TestHost): Promise<true | undefined> {
  const names = await host.docker("ps", "--format", "{{.Names}}");
  return names.filter((name) => name.includes("-web-")).length > 1 || undefined;
}

/** Releases to staging while users are there, with a fault at each moment; returns the outcome of both. */
export async function releaseThrough(
  released: ReleasedProject,
  ...faults: readonly (readonly [Moment, (users: Load) => Promise<unknown>])[]
): Promise<Through> {
  const host = released.host("staging");
  const load = new Load(`https://${released.domain("staging")}`, host.address);
  try {
    await load.reached(50);
    const up = released.up("staging");
    const early = up.then(({ stdout, stderr }) => {
      throw new Error(`ended before its middle:\n${stdout}\n${stderr}`);
    });
    early.catch(() => undefined);
    for (const [moment, fault] of faults) {
      await Promise.race([until("the middle of the release", 300, () => moment(host)), early]);
      await fault(load);
    }
    return { ended: await up, users: await load.stop() };
  } catch (error) {
    await load.stop();
    throw error;
  }
}
