import { engineId, imageId } from "../plugins.ts";
import { databaseUrl, redisUrl, secrets } from "./data.ts";
import { labels, secretUpload, step, triggered } from "./words.ts";

const apiImage = imageId("notes-local-api-image-build");
const webImage = imageId("notes-local-web-image-build");
const apiRelease = apiImage.slice("sha256:".length, "sha256:".length + 12);
const webRelease = webImage.slice("sha256:".length, "sha256:".length + 12);

/** The inputs that a service gets from its need of PostgreSQL, Redis and the bucket `files`. */
const connected = {
  environment: {
    TOWPATH_ENVIRONMENT: "local",
    S3_ENDPOINT: "http://notes-local-object-storage:7070",
    S3_REGION: "us-east-1",
    S3_BUCKET_FILES: "notes-local-files",
    DATABASE_URL_FILE: "/run/secrets/DATABASE_URL",
    REDIS_URL_FILE: "/run/secrets/REDIS_URL",
    S3_ACCESS_KEY_ID_FILE: "/run/secrets/S3_ACCESS_KEY_ID",
    S3_SECRET_ACCESS_KEY_FILE: "/run/secrets/S3_SECRET_ACCESS_KEY",
  },
  files: {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    S3_ACCESS_KEY_ID: secrets.accessKeyId,
    S3_SECRET_ACCESS_KEY: secrets.secretAccessKey,
  },
};

/** The inputs of the service `api`, which also has a secret of its own. */
const api = {
  environment: { ...connected.environment, JWT_SECRET_FILE: "/run/secrets/JWT_SECRET" },
  files: { ...connected.files, JWT_SECRET: secrets.jwtSecret },
};

/** The inputs that the containers of all workloads have; none has a name or a port. */
const copy = {
  networksAdvanced: [{ name: "notes-local" }],
  restart: "unless-stopped",
  destroyGraceSeconds: 10,
};

function envs(environment: Record<string, string>, release: string): string[] {
  return [...Object.entries(environment).map((entry) => entry.join("=")), `TOWPATH_RELEASE=${release}`];
}

function uploads(files: Record<string, string>): Record<string, unknown>[] {
  return Object.entries(files).map(([name, value]) => secretUpload(name, value));
}

function gate(service: string, probe: unknown): Record<string, unknown> {
  return triggered("health-gate", [engineId(`notes-local-${service}`)], {
    subject: `services.${service}`,
    container: `notes-local-${service}-1a2b3c4`,
    timeoutSeconds: 60,
    probe,
  });
}

const checks = [
  { path: "/api/health", status: 200, json: { status: "healthy" } },
  { path: "/", status: 200 },
];

/** The headers with which the gateway passes requests on. */
const forwarded = {
  host: "localhost:8080",
  "x-forwarded-host": "localhost:8080",
  "x-forwarded-proto": "http",
};

/** The inputs of the release's resources. */
export const release = {
  "notes-local-release-migration-run": triggered("migrate", [apiImage], {
    image: apiImage,
    network: "notes-local",
    command: ["alembic", "upgrade", "head"],
    ...api,
    variables: {},
    labels: {
      "towpath.project": "notes",
      "towpath.environment": "local",
      "towpath.namespace": "notes-local",
      "towpath.part": "migration",
    },
    timeoutSeconds: 600,
  }),

  "notes-local-api": {
    ...copy,
    image: apiImage,
    envs: envs(api.environment, apiRelease),
    uploads: uploads(api.files),
    labels: labels("api", apiRelease),
  },
  "notes-local-worker": {
    ...copy,
    image: apiImage,
    command: ["python", "-m", "notes.worker"],
    envs: envs(connected.environment, apiRelease),
    uploads: uploads(connected.files),
    healthcheck: {
      tests: ["CMD", "python", "-m", "notes.probe", "worker"],
      interval: "10s",
      timeout: "5s",
      startPeriod: "10s",
      retries: 3,
    },
    labels: labels("worker", apiRelease),
  },
  "notes-local-web": {
    ...copy,
    image: webImage,
    envs: envs({ TOWPATH_ENVIRONMENT: "local" }, webRelease),
    uploads: [],
    labels: labels("web", webRelease),
  },

  "notes-local-release-api-gate-poll": gate("api", {
    gateway: "notes-local-gateway",
    path: "/api/health",
    port: 8000,
    headers: forwarded,
  }),
  "notes-local-release-worker-gate-poll": gate("worker", {
    command: ["python", "-m", "notes.probe", "worker"],
  }),
  "notes-local-release-web-gate-poll": gate("web", {
    gateway: "notes-local-gateway",
    path: "/",
    port: 8080,
    headers: forwarded,
  }),

  "notes-local-release-route-switch": {
    ...step("switch-route", {
      site: { gateway: "notes-local-gateway", name: "notes-local" },
      text: `:8080 {
	encode zstd gzip
	header {
		-Server
		X-Content-Type-Options nosniff
	}
	route {
		handle /api/* {
			reverse_proxy {file./etc/caddy/sites/notes-local/current/stable/api/0}:8000
		}
		handle /* {
			reverse_proxy {file./etc/caddy/sites/notes-local/current/stable/web/0}:8080
		}
	}
}
`,
      files: {
        share: "",
        maintenance: "off",
        "stable/api/0": "notes-local-api-1a2b3c4",
        "stable/web/0": "notes-local-web-1a2b3c4",
        "canary/api/0": "notes-local-api-1a2b3c4",
        "canary/web/0": "notes-local-web-1a2b3c4",
      },
      copies: ["notes-local-api-1a2b3c4", "notes-local-worker-1a2b3c4", "notes-local-web-1a2b3c4"],
      port: 8080,
      smoke: [
        {
          ...checks[0],
          headers: forwarded,
          target: { gateway: "notes-local-gateway", host: "notes-local-api-1a2b3c4", port: 8000 },
        },
        {
          ...checks[1],
          headers: forwarded,
          target: { gateway: "notes-local-gateway", host: "notes-local-web-1a2b3c4", port: 8080 },
        },
      ],
      checks: checks.map((check) => ({ ...check, headers: { host: "localhost:8080" } })),
      watchSeconds: 2,
      drainSeconds: 0,
      gatewayId: engineId("notes-local-gateway-container"),
      since: "",
    }),
    delete: "node steps/run.mjs remove-route",
  },
};
