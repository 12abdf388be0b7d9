import { defineApplication } from "./components/application/application.ts";

/** The sample application: notes with attachments, a worker that reads them, and a front end. */
export const application = defineApplication({
  name: "notes",
  images: {
    api: { context: "app/api" },
    web: { context: "app/web" },
  },
  services: {
    api: {
      image: "api",
      port: 8000,
      health: { path: "/api/health" },
      routes: ["/api/*"],
      needs: ["postgres", "redis", "files"],
      secrets: ["JWT_SECRET"],
    },
    worker: {
      image: "api",
      command: ["python", "-m", "notes.worker"],
      health: { command: ["python", "-m", "notes.worker", "--check"] },
      needs: ["postgres", "redis", "files"],
    },
    web: { image: "web", port: 8080, health: { path: "/" }, routes: ["/*"] },
  },
  postgres: { version: 15 },
  redis: { version: 7 },
  buckets: ["files"],
  migrations: {
    service: "api",
    up: ["alembic", "upgrade", "head"],
    down: ["alembic", "downgrade"],
    current: ["alembic", "current"],
  },
  smoke: [
    { path: "/api/health", json: { status: "healthy" } },
    { path: "/", status: 200 },
  ],
});
