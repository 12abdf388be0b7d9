import fc from "fast-check";
import { stringify } from "yaml";
import { Problem } from "../../../../../cli/problem.ts";
import { described } from "./composed.ts";

const some = <Value>(...values: readonly Value[]): fc.Arbitrary<Value> => fc.constantFrom(...values);

const variables = fc.dictionary(
  some(
    "DATABASE_URL",
    "DB_HOST",
    "DB_PASSWORD",
    "REDIS_URL",
    "REDIS_HOST",
    "S3_BUCKET",
    "S3_ENDPOINT",
    "API_KEY",
    "API_KEY_FILE",
    "a.b",
    "TOWPATH_X",
    "LEVEL",
    "DATABASE_URL_FILE",
    "S3_REGION",
  ),
  some<unknown>(
    "",
    "db",
    "redis",
    "postgresql://u:p@db/x",
    "postgres://u:p@far/x",
    "redis://redis",
    "http://minio:9000",
    "Files_1",
    "${X}",
    "${X:-y}",
    "$${X}",
    "/run/secrets/key",
    null,
    1,
    true,
  ),
  { maxKeys: 5 },
);

const service = fc.record(
  {
    build: some<unknown>(".", "./other", {
      context: ".",
      target: "dev",
      args: { A: 1, TOKEN: "x", BUILD_TIME: "y", "a-b": 1 },
    }),
    image: some("own", "Own:1"),
    command: some<unknown>("", "a b", [], ["a", 1], null, "alembic upgrade head", "python db:5432"),
    entrypoint: some<unknown>("", ["x"]),
    environment: variables,
    env_file: some<unknown>(".env", ["a.env", { path: "gone.env" }]),
    ports: some<unknown>(
      [],
      ["80"],
      [80, "81:82/udp"],
      ["8000-8001:9000-9001"],
      [{ target: 90, published: "91" }],
      ["x"],
    ),
    expose: some<unknown>([], [3000], ["x"]),
    depends_on: some<unknown>(["db"], { minio: { condition: "service_started" } }, [], {
      gone: { required: false },
    }),
    healthcheck: some<unknown>(
      { test: "curl localhost:80/x" },
      { test: ["NONE"] },
      { disable: true },
      { test: ["CMD"] },
      { test: [] },
      { interval: "1s" },
    ),
    user: some<unknown>("", 1000, "a b", "1:1"),
    working_dir: some("/", "/app/", "x", ""),
    stop_signal: some<unknown>("SIGINT", "int", 2),
    tmpfs: some<unknown>("/tmp", ["/run:size=1m", "x"], []),
    shm_size: some<unknown>("64m", 1, "x", "0"),
    ulimits: some<unknown>({ nofile: 1 }, { nproc: { soft: 1, hard: 2 } }, { x: 1 }, { core: -1 }),
    extra_hosts: some<unknown>(["a:1.2.3.4", "b=::1"], { "a b": "x" }, ["x:host-gateway"]),
    cap_add: some<unknown>(["ALL"], ["cap_chown", "CHOWN"]),
    profiles: some<unknown>([], ["a", "b c"], ["jobs"]),
    secrets: some<unknown>(["key"], [{ source: "key", target: "/x" }], ["gone"]),
    volumes: some<unknown>(["a:/a", "./b:/b", "/c", { type: "tmpfs", target: "/t" }], [{ type: "tmpfs" }]),
    init: some<unknown>(true, "yes", "true"),
    read_only: some<unknown>(true, "x"),
    labels: some<unknown>(["traefik.http.routers.a.rule=PathPrefix(`/a b`)", "x"], {
      "traefik.http.services.a.loadbalancer.server.port": "x",
    }),
    restart: some<unknown>("no", "always", false),
    deploy: some<unknown>({ replicas: 2, x: 1 }, {}),
    what: some<unknown>(null, 1),
  },
  { requiredKeys: ["build"] },
);

describe("the description of any compose file", () => {
  it("is one that application.ts may hold, and every key is accounted for", () => {
    const name = some(
      "web",
      "api",
      "Web_App",
      "postgres",
      "gateway",
      "migrate",
      "a-name-that-is-longer-than-20",
      "1st",
    );
    fc.assert(
      fc.property(
        fc.dictionary(name, service, { minKeys: 1, maxKeys: 3 }),
        fc.boolean(),
        (services, hasServers) => {
          const servers = {
            db: { image: "postgres:16" },
            redis: { image: "redis" },
            minio: { image: "minio/minio" },
          };
          const secrets = { key: { file: "./key.txt" }, "1": { external: true } };
          const text = stringify({ services: { ...services, ...(hasServers && servers) }, secrets });
          try {
            described(text, {
              files: {
                Dockerfile: "FROM a AS dev\nCMD x\nFROM b\nEXPOSE 8000\nHEALTHCHECK CMD x",
                "a.env": "A=1\nLEVEL=2\n",
                "key.txt": "k",
              },
            });
          } catch (error) {
            if (!(error instanceof Problem)) throw error;
          }
        },
      ),
      { numRuns: 60 },
    );
  }).timeout(120_000);
});
