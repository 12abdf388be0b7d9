import { execa } from "execa";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { application } from "../application.ts";
import { showProgress } from "../cli/terminal/progress.ts";
import { readImageSource } from "../cli/setup/images.ts";
import { defaultPrefix } from "../toolchain/images/build.mjs";
import { imageReference } from "../components/application/images.ts";
import { configureCi } from "../test/e2e/ci/tiny.ts";
import { wipe } from "../test/support/footprint.ts";
import { TestProject } from "../test/support/project.ts";
import { composeProgram } from "./compose-program.ts";
import { markdownTable, median, seconds } from "./measure.ts";

/** The number of times that each way is measured; they take turns, so that all meet the same machine. */
const rounds = 3;

/** The commands that a person would run by hand: every check and the rehearsal's, by the image that they run in. */
const commands: readonly { readonly image: string; readonly words: readonly string[] }[] = [
  ...Object.values(application.checks ?? {}).map(({ service, command }) => ({
    image: `${service}-dev`,
    words: command,
  })),
  ...[
    ["upgrade", "head"],
    ["downgrade", "base"],
    ["upgrade", "head"],
    ["upgrade", "head", "--sql"],
  ].map((words) => ({
    image: "api",
    words: ["alembic", ...words],
  })),
];

/** Measures `npm run ci` against its checks by hand, a script of `docker compose run`, and two runs at once. */
async function bench(): Promise<void> {
  const progress = showProgress();
  const compose = await composeProgram((line) => {
    progress.say(line);
  });
  const projects = [await TestProject.create(), await TestProject.create()] as const;
  const [project, other] = projects;
  const folder = mkdtempSync(join(tmpdir(), "towpath-bench-ci-"));
  const images = `${project.namespace}-images`;
  const name = `${project.namespace}-compose`;
  const docker = (...args: readonly string[]): Promise<unknown> => execa("docker", args, { stdin: "ignore" });
  const run = (...args: readonly string[]): Promise<unknown> =>
    execa(compose, ["--project-name", name, "--file", join(folder, "compose.yaml"), ...args], {
      stdin: "ignore",
    });
  const ci = (one: TestProject): Promise<unknown> => one.succeed(["ci", "--json"]);
  try {
    progress.say("building the images …");
    configureCi(project, { namespace: images });
    await project.succeed(["ci", "--json", "--keep"]);
    for (const one of projects) configureCi(one);
    writeFileSync(join(folder, "compose.yaml"), stringify(composeFile(images, mirrorOf(project))));

    const times = {
      ours: [] as number[],
      byHand: [] as number[],
      script: [] as number[],
      beside: [] as number[],
    };
    for (let round = 0; round < rounds; round++) {
      progress.say(`round ${round + 1} of ${rounds} …`);
      times.ours.push(await seconds(() => ci(project)));
      times.script.push(
        await seconds(async () => {
          for (const { image, words } of commands) await run("run", "--rm", "--no-TTY", image, ...words);
          await run("down", "--volumes", "--timeout", "0");
        }),
      );
      times.beside.push(
        await seconds(async () => {
          await run("up", "--detach", "--wait", "postgres", "redis", "storage");
          const alembic = commands.filter(({ image }) => image === "api");
          await Promise.all([
            ...commands
              .filter(({ image }) => image !== "api")
              .map(({ image, words }) => run("run", "--rm", "--no-TTY", image, ...words)),
            (async () => {
              for (const { image, words } of alembic) await run("run", "--rm", "--no-TTY", image, ...words);
            })(),
          ]);
          await run("down", "--volumes", "--timeout", "0");
        }),
      );
      await run("up", "--detach", "--wait");
      times.byHand.push(
        await seconds(async () => {
          for (const { image, words } of commands) await docker("exec", `${name}-${image}-1`, ...words);
        }),
      );
      await run("down", "--volumes", "--timeout", "0");
      for (const [way, all] of Object.entries(times))
        progress.say(`${way}: ${(all.at(-1) ?? 0).toFixed(1)} s`);
    }
    progress.say("two at once …");
    const both = await Promise.all(projects.map((one) => seconds(() => ci(one))));
    const inTurn = (await seconds(() => ci(project))) + (await seconds(() => ci(other)));
    progress.stop();
    console.log(table(times, both, inTurn));
  } finally {
    progress.stop();
    await run("down", "--volumes", "--timeout", "0").catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
    await wipe(images);
    for (const one of projects) await one.remove();
  }
}

/** The same images and backing services as Compose describes them, all in memory as well. */
function composeFile(images: string, mirror: string): object {
  const password = "only-for-measuring-0123456789";
  const environment = {
    DATABASE_URL: `postgresql://notes:${password}@postgres:5432/notes`,
    REDIS_URL: "redis://redis:6379/0",
    S3_ENDPOINT: "http://storage:7070",
    S3_REGION: "us-east-1",
    S3_BUCKET_FILES: "files",
    S3_ACCESS_KEY_ID: "measuring",
    S3_SECRET_ACCESS_KEY: password,
    JWT_SECRET: password,
    TOWPATH_ENVIRONMENT: "ci",
  };
  const healthy = (test: string): object => ({ test: ["CMD-SHELL", test], interval: "1s", retries: 60 });
  const needs = { postgres: "service_healthy", redis: "service_healthy", storage: "service_healthy" };
  const depends_on = Object.fromEntries(
    Object.entries(needs).map(([key, condition]) => [key, { condition }]),
  );
  const idle = { command: ["sleep", "infinity"], stop_grace_period: "0s", healthcheck: healthy("true") };
  const careless = ["fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"];
  return {
    services: {
      postgres: {
        image: imageReference("postgres:15", mirror),
        command: ["postgres", "-c", ...careless],
        environment: { POSTGRES_USER: "notes", POSTGRES_PASSWORD: password },
        tmpfs: ["/var/lib/postgresql/data"],
        healthcheck: healthy("pg_isready --host 127.0.0.1 --username notes"),
      },
      redis: {
        image: imageReference("redis:7", mirror),
        tmpfs: ["/data"],
        healthcheck: healthy("redis-cli ping"),
      },
      storage: {
        image: imageReference("versity/versitygw:v1.8.0", mirror),
        entrypoint: ["sh", "-c"],
        command: [
          "mkdir -p /data/attributes /data/objects/files && exec versitygw --port :7070 --health /health posix --sidecar /data/attributes /data/objects",
        ],
        environment: { ROOT_ACCESS_KEY: "measuring", ROOT_SECRET_KEY: password },
        tmpfs: ["/data"],
        healthcheck: healthy("wget -q -O /dev/null http://127.0.0.1:7070/health"),
      },
      api: { image: `${images}-api:latest`, environment, depends_on, ...idle },
      "api-dev": { image: `${images}-api-dev:latest`, environment, depends_on, ...idle },
      "web-dev": { image: `${images}-web-dev:latest`, ...idle },
    },
  };
}

/** The address that set-up has found images to come from. */
function mirrorOf({ folder }: TestProject): string {
  const built = readImageSource({ privateFolder: join(folder, ".towpath") }) === "mirror";
  return process.env.TOWPATH_IMAGE_MIRROR ?? (built ? defaultPrefix : "docker.io");
}

function table(
  { ours, byHand, script, beside }: Record<"ours" | "byHand" | "script" | "beside", readonly number[]>,
  both: readonly number[],
  inTurn: number,
): string {
  const row = (what: string, times: readonly number[]): string[] => [
    what,
    median(times).toFixed(1),
    times.map((time) => time.toFixed(1)).join(", "),
    (median(ours) / median(times)).toFixed(2),
  ];
  return markdownTable([
    ["", "median, s", "all, s", "ci is times"],
    ...[
      row("npm run ci, images cached, everything made and removed", ours),
      row("its checks by hand, one after the other, in running containers", byHand),
      row("docker compose run, one after the other, without a build", script),
      row("docker compose run, side by side, without a build", beside),
      [
        "two npm run ci at once",
        Math.max(...both).toFixed(1),
        both.map((time) => time.toFixed(1)).join(", "),
        "",
      ],
      ["the two one after the other", inTurn.toFixed(1), "", ""],
    ],
  ]);
}

await bench();
