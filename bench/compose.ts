import { execa } from "execa";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { checkout } from "../test/support/source-tree.ts";

/** The images that an environment runs, by part. */
export type Images = Readonly<Record<Part, string>>;
type Part = "postgres" | "redis" | "object-storage" | "gateway" | "api" | "worker" | "web";

const password = "bench-password-0123456789";
const bucket = "files";
const storagePort = 7070;

const caddyfile = `:8080 {
	encode zstd gzip
	route {
		handle /api/* {
			reverse_proxy api:8000
		}
		handle /* {
			reverse_proxy web:8080
		}
	}
}
`;

/** The place where Compose runs an application. */
export interface Place {
  /** The engine, as `DOCKER_HOST` names it; this machine's own when it is left out. */
  readonly engine?: string;
  /** The address that users reach it by. */
  readonly address: string;
  readonly port: number;
}

/** The same application, as a team without Towpath would run it: one file for Docker Compose. */
export class Compose {
  readonly url: string;
  private readonly program: string;
  private readonly name: string;
  private readonly place: Place;
  private readonly environment: NodeJS.ProcessEnv;
  private readonly folder = mkdtempSync(join(tmpdir(), "towpath-bench-"));

  constructor(program: string, name: string, place: Place) {
    this.program = program;
    this.name = name;
    this.place = place;
    this.url = `http://${place.address}:${place.port}`;
    this.environment = place.engine === undefined ? {} : { DOCKER_HOST: place.engine };
  }

  /** Brings everything up for the first time, with a bucket and a schema. */
  async create(images: Images): Promise<void> {
    this.write(images);
    await this.run(["up", "--detach", "--wait", "postgres", "redis", "object-storage", "gateway"]);
    await this.makeBucket();
    await this.migrate();
    await this.up();
  }

  /** Migrates the database, which has to be done before the API is replaced. */
  async migrate(): Promise<void> {
    await this.run(["run", "--rm", "--no-deps", "api", "alembic", "upgrade", "head"]);
  }

  /** Other images: the next `up` is a release. */
  write(images: Images): void {
    writeFileSync(join(this.folder, "compose.yaml"), stringify(this.description(images)));
  }

  async up(): Promise<void> {
    await this.run(["up", "--detach", "--wait"]);
  }

  async remove(): Promise<void> {
    if (existsSync(join(this.folder, "compose.yaml")))
      await this.run(["down", "--volumes", "--timeout", "1"]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async run(args: readonly string[]): Promise<void> {
    await execa(this.program, ["--project-name", this.name, ...args], {
      cwd: this.folder,
      stdin: "ignore",
      env: this.environment,
    });
  }

  /** The step that Towpath's own object storage is given its buckets by. */
  private async makeBucket(): Promise<void> {
    const input = {
      target: { gateway: `${this.name}-gateway-1`, host: "object-storage", port: storagePort },
      region: "us-east-1",
      accessKeyId: "bench",
      secretAccessKey: password,
      buckets: [bucket],
    };
    await execa(process.execPath, ["steps/run.mjs", "create-buckets"], {
      cwd: checkout,
      input: JSON.stringify(input),
      env: this.environment,
    });
  }

  private description(images: Images): object {
    const environment = {
      DATABASE_URL: `postgresql://notes:${password}@postgres:5432/notes`,
      REDIS_URL: `redis://:${password}@redis:6379/0`,
      S3_ENDPOINT: `http://object-storage:${storagePort}`,
      S3_REGION: "us-east-1",
      S3_BUCKET_FILES: bucket,
      S3_ACCESS_KEY_ID: "bench",
      S3_SECRET_ACCESS_KEY: password,
      JWT_SECRET: password,
      TOWPATH_ENVIRONMENT: "local",
    };
    const healthy = { condition: "service_healthy" };
    const data = { postgres: healthy, redis: healthy, "object-storage": { condition: "service_started" } };
    const check = (...command: string[]): object => ({
      test: ["CMD", ...command],
      ...{ interval: "2s", timeout: "5s", retries: 30 },
    });
    return {
      services: {
        postgres: {
          image: images.postgres,
          environment: { POSTGRES_USER: "notes", POSTGRES_DB: "notes", POSTGRES_PASSWORD: password },
          volumes: ["postgres:/var/lib/postgresql/data"],
          healthcheck: check("pg_isready", "--host", "127.0.0.1", "--username", "notes"),
        },
        redis: {
          image: images.redis,
          command: ["redis-server", "--requirepass", password, "--appendonly", "yes"],
          volumes: ["redis:/data"],
          healthcheck: check("redis-cli", "-a", password, "ping"),
        },
        "object-storage": {
          image: images["object-storage"],
          entrypoint: ["versitygw", "--port", `:${storagePort}`, "--health", "/health", "posix", "/data"],
          environment: { ROOT_ACCESS_KEY: "bench", ROOT_SECRET_KEY: password },
          volumes: ["objects:/data"],
        },
        gateway: {
          image: images.gateway,
          // This machine's own is for this machine alone.
          ports: [`${this.place.engine === undefined ? "127.0.0.1:" : ""}${this.place.port}:8080`],
          configs: [{ source: "caddyfile", target: "/etc/caddy/Caddyfile" }],
        },
        api: {
          image: images.api,
          environment,
          depends_on: data,
          healthcheck: check("python", "-m", "notes.probe"),
        },
        worker: {
          image: images.worker,
          command: ["python", "-m", "notes.worker"],
          environment,
          depends_on: data,
          healthcheck: check("python", "-m", "notes.probe", "worker"),
        },
        // With the image's own check, every 10 s, Compose would wait that long.
        web: {
          image: images.web,
          healthcheck: check("wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/"),
        },
      },
      volumes: { postgres: {}, redis: {}, objects: {} },
      // In the container, and not mounted: the engine may be another machine's.
      configs: { caddyfile: { content: caddyfile } },
    };
  }
}

/**
 * The images that the containers of a namespace run, by part, under names that Compose can have for itself.
 *
 * @param docker the client of the engine that they run on, which returns the lines that it prints
 */
export async function imagesOf(
  namespace: string,
  docker: (...args: readonly string[]) => Promise<string[]>,
): Promise<Images> {
  const containers = await docker("ps", "--quiet", "--filter", `label=towpath.namespace=${namespace}`);
  const format = '{{index .Config.Labels "towpath.part"}} {{.Image}}';
  const found = await docker("inspect", "--format", format, ...containers);
  const images: Record<string, string> = {};
  for (const line of found) {
    const [part = "", id = ""] = line.split(" ");
    images[part] = `${namespace}-compose-${part}:${id.slice("sha256:".length, 19)}`;
    await docker("tag", id, images[part]);
  }
  return images as Images;
}
