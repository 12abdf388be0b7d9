import { execa } from "execa";
import type { Progress } from "../cli/terminal/progress.ts";
import { imageMirror } from "../test/support/hosts/lab.ts";
import { ReleasedProject } from "../test/support/hosts/released-project.ts";
import { takeHost } from "../test/support/hosts/test-host.ts";
import { markdownTable, seconds } from "./measure.ts";

/** The numbers of services that are released at once; a cost that grows faster than they do shows between them. */
const sizes = [5, 20, 60];

/** Measures what a roll-out costs that replaces many small services, on a host of its own. */
export async function manyServices(progress: Progress): Promise<string> {
  const rows: string[][] = [];
  const released = await ReleasedProject.create({ staging: await takeHost() });
  for (const size of sizes) {
    progress.say(`${size} services …`);
    released.project.source.write("application.ts", applicationOf(size));
    await roll(released, `first${size}`);
    const time = await seconds(() => roll(released, `second${size}`));
    rows.push([String(size), `${time.toFixed(1)} s`, `${(time / size).toFixed(2)} s`]);
  }
  await released.remove();
  return markdownTable([["services, all replaced", "a release", "for each"], ...rows]);
}

/** Publishes another image and releases it. */
async function roll(released: ReleasedProject, name: string): Promise<void> {
  const commit = Buffer.from(name).toString("hex").padEnd(40, "0").slice(0, 40);
  const { stdout } = await execa("docker", ["build", "--quiet", "-"], {
    input: `FROM ${await imageMirror()}/library/redis:7\nENTRYPOINT []\nLABEL bench=${name}\nCMD ["sleep", "infinity"]\n`,
    env: { DOCKER_BUILDKIT: "0" },
  });
  await released.registry.push(stdout.trim(), `${released.repository}/tool:${commit}`);
  released.configure("staging", {
    commit,
    secrets: {},
    watchSeconds: 0,
    limits: { memory: "16MiB", cpus: 1, pids: 16 },
  });
  await released.release("staging");
}

function applicationOf(size: number): string {
  const services = Object.fromEntries(
    Array.from({ length: size }, (_, number) => [
      `service-${number}`,
      { image: "tool", command: ["sleep", "infinity"] },
    ]),
  );
  const description = { name: "many", images: { tool: { context: "app/api" } }, services };
  return (
    'import { defineApplication } from "./components/application/description.ts";\n' +
    `export const application = defineApplication(${JSON.stringify(description)});\n`
  );
}
