import type { PlanFacts } from "../../components/environment/plan-facts.ts";
import type { CommentFacts } from "../../cli/comment/facts.ts";
import type { StackPlan } from "../../cli/plan/stack-plan.ts";

const at = "2026-03-04T10:00:00.000Z";
const mebibyte = 1024 ** 2;
const container = "docker:index/container:Container";

/** What the program says of a release that changes nothing. */
export const quiet: PlanFacts = {
  environment: "staging",
  namespace: "notes-staging",
  address: "https://staging.example.com",
  release: { id: "0f1e2d3c4b5a", commit: "4f2a9c17d3e8b6a5c4d2e1f0a9b8c7d6e5f4a3b2" },
  current: { id: "0f1e2d3c4b5a", commit: "4f2a9c17d3e8b6a5c4d2e1f0a9b8c7d6e5f4a3b2", endedAt: at },
  basis: { program: "0123456789ab", release: "0f1e2d3c4b5a", settings: "ba9876543210" },
  digest: "0".repeat(64),
  changes: false,
  images: [],
  migration: { revisions: [], facts: { statements: [] } },
  secrets: [],
  variables: [],
  services: [],
  maintenance: false,
  memory: { before: 768 * mebibyte, after: 768 * mebibyte },
  refusals: [],
};

/** A plan of a stack that changes nothing. */
export function quietPlan(stack: string): StackPlan {
  return { stack, at, facts: quiet, resources: [], warnings: [], drift: [] };
}

/** What the program says of an ordinary release: other images. */
const ordinary: PlanFacts = {
  ...quiet,
  release: { id: "9a8b7c6d5e4f", commit: "77aa12cd0b3e4f5a6978c1d2e3f4051627384950", branch: "main" },
  changes: true,
  images: [{ name: "api", before: `sha256:${"1".repeat(64)}`, after: `sha256:${"2".repeat(64)}` }],
};

const ordinaryResources: StackPlan["resources"] = [
  { change: "replace", type: container, part: "api", fields: ["image", "envs", "labels"] },
  { change: "update", type: "command:remote:Command", part: "route", fields: ["triggers"] },
];

/** A plan with a migration that loses data, locks a table for long and breaks the release that runs. */
export const dangerousMigration: PlanFacts["migration"] = {
  revisions: ["0007_drop_body", "0008_index_orders"],
  facts: {
    statements: [
      {
        revision: "0007_drop_body",
        statement: 'ALTER TABLE notes DROP COLUMN "body"',
        locks: [{ relation: "public.notes", mode: "ACCESS EXCLUSIVE", work: "brief" }],
        findings: [
          {
            ...{ hazard: "data-loss", kind: "data", relation: "public.notes" },
            words: 'drops the column "body" of "public.notes"',
            rows: { rows: 12_034, exact: true },
          },
        ],
        measured: {
          milliseconds: 3.1,
          locks: [{ relation: "public.notes", mode: "ACCESS EXCLUSIVE", milliseconds: 4 }],
          rewrites: [],
        },
      },
      {
        revision: "0008_index_orders",
        statement: "CREATE INDEX orders_total ON orders (total)",
        locks: [{ relation: "public.orders", mode: "SHARE", work: "builds an index" }],
        findings: [
          {
            ...{ hazard: "index-build", kind: "lock", relation: "public.orders", mode: "SHARE" },
            words: 'builds an index while nothing can be written to "public.orders"',
            fix: "make it with CREATE INDEX CONCURRENTLY",
          },
        ],
        measured: {
          milliseconds: 8_410,
          locks: [{ relation: "public.orders", mode: "SHARE", milliseconds: 8_410 }],
          rewrites: [],
          walBytes: 6_120_448,
        },
      },
    ],
    on: { kind: "template", at: "2026-03-04T03:00Z", rows: 1_204_311 },
    oldRelease: {
      lives: false,
      words: 'GET /api/notes: expected 200, got 500: column "body" does not exist',
    },
  },
};

const dangerous: PlanFacts = {
  ...ordinary,
  migration: dangerousMigration,
  secrets: [
    { name: "STRIPE_KEY", change: "missing" },
    { name: "JWT_SECRET", change: "changed" },
  ],
  variables: [{ service: "api", name: "LOG_LEVEL", before: "info", after: "debug" }],
  services: [{ name: "mailer", change: "new" }],
  memory: { before: 768 * mebibyte, after: 1280 * mebibyte, free: 900 * mebibyte },
};

const about = { project: "notes", pullRequest: 12, at };
const preview = {
  stack: "pr-12",
  address: "https://pr-12.preview.example.com",
  commit: "77aa12cd0b3e4f5a6978c1d2e3f4051627384950",
  since: "2026-03-04T09:57:00.000Z",
};

/** The address of a picture on GitHub. */
function pictureAt(file: string): string {
  return `https://github.com/octo-org/notes/blob/${"c0ffee12".repeat(5)}/${file}?raw=true`;
}

/** One of each kind of comment, by its name. */
export const exampleComments: Readonly<Record<string, CommentFacts>> = {
  fork: {
    ...about,
    preview: { ...preview, state: "running" },
    merging: [],
    fork: {
      ...{
        commit: "c0ffee12345678901234567890123456789012ab",
        isReleased: false,
        label: "preview",
        files: 5,
      },
      settings: [{ stack: "staging", names: ["copies", "secrets"] }, { stack: "production" }],
      program: [".github/workflows/deploy.yml", "application.ts"],
      // Nothing was run, and nobody counted.
      migration: {
        revisions: [],
        facts: {
          statements: dangerous.migration.facts.statements.map(({ statement, locks, findings }) => ({
            ...{ statement, locks },
            findings: findings.map(({ rows: _, ...finding }) => finding),
          })),
        },
      },
    },
  },
  "data-lost": {
    ...about,
    preview: { ...preview, state: "running" },
    merging: [
      { stack: "staging", at, facts: dangerous, resources: ordinaryResources, warnings: [], drift: [] },
      {
        stack: "production",
        at,
        facts: {
          ...dangerous,
          environment: "production",
          refusals: [
            'towpath:migration.acknowledge: the migration to 0008_index_orders takes away what cannot come back; set towpath:migration to { "acknowledge": "0008_index_orders" }',
          ],
          approval: { required: 2, signers: ["alice", "bob", "carol"], approvedBy: ["alice"] },
        },
        resources: ordinaryResources,
        warnings: [],
        drift: [{ where: "gateway", what: "route", found: "serves a copy that no state knows" }],
      },
    ],
  },
  ordinary: {
    ...about,
    preview: { ...preview, state: "running" },
    checks: [
      { name: "health", passed: true },
      { name: "end-to-end", passed: true, address: "https://github.com/octo-org/notes/actions/runs/1" },
    ],
    merging: [
      { stack: "staging", at, facts: ordinary, resources: ordinaryResources, warnings: [], drift: [] },
      {
        stack: "production",
        at,
        facts: { ...ordinary, environment: "production" },
        resources: ordinaryResources,
        warnings: [],
      },
    ],
  },
  "nothing-changes": {
    ...about,
    preview: { ...preview, state: "running" },
    merging: [quietPlan("staging"), quietPlan("production")],
  },
  failed: {
    ...about,
    preview: {
      ...preview,
      state: "failed",
      words: "api did not become healthy within 120 s",
      log: 'api | Traceback (most recent call last):\napi |   File "app.py", line 12, in connect\napi | OperationalError: password authentication failed for "notes" with hunter2-secret',
    },
    merging: [
      {
        stack: "staging",
        at,
        problem: { words: "towpath:commit: 77aa12cd was never published; run npm run ci -- --publish" },
        resources: [],
        warnings: [],
      },
      quietPlan("production"),
    ],
    secretValues: ["hunter2-secret"],
  },
  waiting: {
    ...about,
    preview: {
      ...preview,
      state: "waiting",
      words: "512 MiB are asked for and 128 MiB are free; 2 previews are before it",
    },
    merging: [
      {
        stack: "staging",
        at,
        facts: { ...ordinary, freeze: { until: "2026-03-09", reason: "the spring sale" } },
        resources: ordinaryResources,
        warnings: [],
      },
    ],
  },
  asleep: { ...about, preview: { ...preview, state: "asleep" }, merging: [quietPlan("staging")] },
  checks: {
    ...about,
    preview: { ...preview, state: "running" },
    checks: [
      { name: "health", passed: true },
      {
        ...{ name: "end-to-end", passed: false, words: "exit code 1 after 41 s" },
        log: "  1) checkout › pays by card\n     Expected: 200\n     Received: 402\n\n  1 failed, 17 passed",
      },
      { name: "/", passed: true, picture: pictureAt("page-1.png") },
      { name: "/login", passed: true, picture: pictureAt("page-2.png") },
    ],
    merging: [quietPlan("staging")],
  },
  closed: { ...about, preview: { ...preview, state: "closed" }, merging: [] },
};
