import type { ApplicationDescription } from "../../../components/application/description.ts";

/** A good description that uses every field. */
export const notes: ApplicationDescription = {
  name: "notes",
  images: { api: { context: "app/api" }, web: { context: "app/web", args: { MODE: "production" } } },
  services: {
    api: {
      image: "api",
      port: 8000,
      health: { path: "/api/health" },
      routes: ["/api/*"],
      needs: ["postgres", "redis", "files"],
      secrets: ["JWT_SECRET"],
      environment: { LOG_LEVEL: "info" },
    },
    worker: { image: "api", command: ["python", "-m", "notes.worker"], needs: ["postgres", "redis"] },
    web: {
      image: "web",
      port: 8080,
      health: { command: ["true"] },
      routes: ["/*", "/robots.txt"],
      needs: ["api"],
    },
  },
  postgres: { version: 15 },
  redis: { version: 7 },
  buckets: ["files"],
  secrets: { JWT_SECRET: { delivery: "variable" } },
  migrations: {
    service: "api",
    up: ["alembic", "upgrade", "head"],
    down: ["alembic", "downgrade"],
    current: ["alembic", "current"],
  },
  smoke: [{ path: "/api/health", json: { status: "healthy" } }, { path: "/" }],
};
