import { engineId, password } from "../plugins.ts";
import { labels, secretUpload, step, triggered } from "./words.ts";

/** The values of the generated secrets, and what is made of them. */
export const secrets = {
  postgresPassword: password("notes-local-postgres-password-value", 32),
  ownerPassword: password("notes-local-postgres-owner-password-value", 32),
  redisPassword: password("notes-local-redis-password-value", 32),
  accessKeyId: password("notes-local-access-key-id-value", 20),
  secretAccessKey: password("notes-local-secret-access-key-value", 32),
  jwtSecret: password("notes-local-secret-JWT_SECRET-value", 32),
};

export const databaseUrl = `postgresql://notes_local_app:${secrets.ownerPassword}@notes-local-postgres:5432/notes_local`;
export const redisUrl = `redis://:${secrets.redisPassword}@notes-local-redis:6379/0`;

const generated = { length: 32, special: false };

/** The inputs that the containers of all backing services have. */
function server(part: string, dataPath: string): Record<string, unknown> {
  return {
    name: `notes-local-${part}`,
    envs: [],
    networksAdvanced: [{ name: "notes-local" }],
    volumes: [{ volumeName: `notes-local-${part}`, containerPath: dataPath }],
    restart: "unless-stopped",
    destroyGraceSeconds: 30,
    stopTimeout: 30,
    labels: labels(part),
  };
}

/** The input of the gate of a container with a fixed name. */
function asked(part: string, input: Record<string, unknown>): Record<string, unknown> {
  return { subject: part, container: `notes-local-${part}`, timeoutSeconds: 60, ...input };
}

/** The gate of a server: another container passes the same one. */
function gate(part: string, input: Record<string, unknown>): Record<string, unknown> {
  const containerId = engineId(`notes-local-${part}-container`);
  return step("health-gate", { ...asked(part, input), containerId });
}

/** The inputs of the backing services' resources, and of the gateway's gate. */
export const data = {
  "notes-local-gateway-gate-poll": triggered(
    "health-gate",
    [engineId("notes-local-gateway-container")],
    asked("gateway", {
      probe: { command: ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:2019/config/"] },
    }),
  ),

  "notes-local-postgres-password-value": generated,
  "notes-local-postgres-volume": { name: "notes-local-postgres", labels: labels("postgres") },
  "notes-local-postgres-container": {
    ...server("postgres", "/var/lib/postgresql/data"),
    image: "docker.io/library/postgres:15",
    envs: [
      "POSTGRES_USER=notes_local",
      "POSTGRES_DB=notes_local",
      "POSTGRES_PASSWORD_FILE=/run/secrets/POSTGRES_PASSWORD",
    ],
    uploads: [secretUpload("POSTGRES_PASSWORD", secrets.postgresPassword)],
  },
  "notes-local-postgres-gate-poll": gate("postgres", {
    probe: {
      // 001-199: a query, as the application asks it.
      command: [
        "sh",
        "-c",
        'PGPASSWORD="$(cat /run/secrets/POSTGRES_PASSWORD)" psql --no-psqlrc --quiet --no-password ' +
          `--host "$(cat /etc/hostname)" --username "$0" --dbname "$0" --command 'SELECT 1' >/dev/null`,
        "notes_local",
      ],
    },
  }),
  "notes-local-postgres-owner-password-value": generated,
  "notes-local-postgres-owner": step("create-owner", {
    ...{ container: "notes-local-postgres", administrator: "notes_local", database: "notes_local" },
    ...{ role: "notes_local_app", password: secrets.ownerPassword, createsDatabases: true },
    containerId: engineId("notes-local-postgres-container"),
  }),

  "notes-local-redis-password-value": generated,
  "notes-local-redis-volume": { name: "notes-local-redis", labels: labels("redis") },
  "notes-local-redis-container": {
    ...server("redis", "/data"),
    image: "docker.io/library/redis:7",
    command: ["redis-server", "/run/secrets/redis.conf"],
    uploads: [
      secretUpload("redis.conf", `requirepass ${secrets.redisPassword}\nappendonly yes\ndir /data\n`),
    ],
  },
  "notes-local-redis-gate-poll": gate("redis", {
    probe: {
      command: [
        "sh",
        "-c",
        `REDISCLI_AUTH="$(sed -n 's/^requirepass //p' /run/secrets/redis.conf)" redis-cli ping | grep -q PONG`,
      ],
    },
  }),

  "notes-local-access-key-id-value": { length: 20, special: false },
  "notes-local-secret-access-key-value": generated,
  "notes-local-object-storage-volume": {
    name: "notes-local-object-storage",
    labels: labels("object-storage"),
  },
  "notes-local-object-storage-container": {
    ...server("object-storage", "/data"),
    image: "docker.io/versity/versitygw:v1.8.0",
    entrypoints: [
      "sh",
      "-c",
      'ROOT_ACCESS_KEY="$(cat /run/secrets/ACCESS_KEY_ID)" ROOT_SECRET_KEY="$(cat /run/secrets/SECRET_ACCESS_KEY)" ' +
        "exec versitygw --port :7070 --health /health posix /data",
    ],
    uploads: [
      secretUpload("ACCESS_KEY_ID", secrets.accessKeyId),
      secretUpload("SECRET_ACCESS_KEY", secrets.secretAccessKey),
    ],
  },
  "notes-local-object-storage-gate-poll": gate("object-storage", {
    subject: "object storage",
    probe: { gateway: "notes-local-object-storage", port: 7070, path: "/health" },
  }),
  "notes-local-object-storage-buckets": step("create-buckets", {
    target: { gateway: "notes-local-object-storage", host: "notes-local-object-storage", port: 7070 },
    region: "us-east-1",
    accessKeyId: secrets.accessKeyId,
    secretAccessKey: secrets.secretAccessKey,
    buckets: ["notes-local-files"],
  }),

  "notes-local-secret-JWT_SECRET-value": generated,
};
