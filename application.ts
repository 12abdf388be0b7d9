import { defineApplication } from "towpath";

/** The sample application: notes with attachments, a worker that reads them, and a front end. */
export const application = defineApplication({
  name: "notes",
  images: {
    api: {
      context: "app/api",
      dev: { target: "dev", mounts: { "app/api/notes": "/app/notes", "app/api/tests": "/app/tests" } },
    },
    web: {
      context: "app/web",
      dev: { target: "dev", mounts: { "app/web/src": "/app/src", "app/web/public": "/app/public" } },
    },
  },
  services: {
    api: {
      image: "api",
      port: 8000,
      health: { path: "/api/health" },
      routes: ["/api/*"],
      needs: ["postgres", "redis", "files"],
      secrets: ["JWT_SECRET"],
      readOnly: true,
    },
    worker: {
      image: "api",
      command: ["python", "-m", "notes.worker"],
      devCommand: ["watchfiles", "--filter", "python", "python -m notes.worker", "notes"],
      health: { command: ["python", "-m", "notes.probe", "worker"] },
      needs: ["postgres", "redis", "files"],
      readOnly: true,
    },
    web: {
      image: "web",
      port: 8080,
      health: { path: "/" },
      routes: ["/*"],
      readOnly: true,
      // Caddy's program asks for it and does not start without, although this one listens on 8080.
      capabilities: ["NET_BIND_SERVICE"],
    },
  },
  postgres: { version: 15 },
  redis: { version: 7 },
  buckets: ["files"],
  migrations: {
    service: "api",
    up: ["alembic", "upgrade", "head"],
    down: ["alembic", "downgrade"],
    current: ["alembic", "current"],
    base: "base",
    // Alembic lists the newest first: "0003, 0004 -> 0005 (head), a message, perhaps with an ->".
    pending: [
      "sh",
      "-c",
      'found=$(alembic history --rev-range {revision}:head) && echo "$found" | ' +
        "sed 's/^<base>/base/; s/^[^>]* -> //; s/[ ,].*//; /^{revision}$/d' | tac",
    ],
    sql: ["alembic", "upgrade", "{revision}:head", "--sql"],
  },
  smoke: [
    { path: "/api/health", json: { status: "healthy" } },
    { path: "/", status: 200 },
  ],
  checks: {
    "api-lint": {
      service: "api",
      command: ["sh", "-c", "ruff check --no-cache . && ruff format --check --no-cache ."],
      needs: [],
      timeoutSeconds: 120,
    },
    "api-tests": {
      service: "api",
      command: [
        "env",
        "COVERAGE_FILE=/tmp/coverage",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-n",
        "2",
        "--junitxml=/tmp/junit.xml",
        "--cov",
        "--cov-report=xml:/tmp/coverage.xml",
      ],
      artifacts: ["/tmp/junit.xml"],
      coverage: { file: "/tmp/coverage.xml", threshold: 90 },
    },
    "web-types": { service: "web", command: ["npm", "run", "typecheck"], timeoutSeconds: 300 },
    "web-tests": {
      service: "web",
      command: [
        "npm",
        "test",
        "--",
        "--reporter=default",
        "--reporter=junit",
        "--outputFile.junit=/tmp/junit.xml",
      ],
      artifacts: ["/tmp/junit.xml"],
      timeoutSeconds: 300,
    },
  },
  // `npx towpath job run seed` fills an empty database.
  jobs: { seed: { service: "api", command: ["python", "-m", "notes.seed"], timeoutSeconds: 60 } },
});
