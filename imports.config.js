/**
 * Where files may import from, as dependency-cruiser checks it (`npm run imports`) and docs/architecture.svg draws it.
 *
 * @typedef {{ readonly folder: string, readonly what: string }} Room a folder, and what is there, in a few words
 */

/**
 * The floors of the library and of the command line, the highest first: a folder imports from the floors below its own, never
 * from beside or above.
 *
 * @type {Readonly<Record<"components" | "cli", readonly (readonly Room[])[]>>}
 */
export const floors = {
  components: [
    [{ folder: "environment", what: "what each environment is, and how it is made" }],
    [{ folder: "release", what: "new copies beside the old ones, and the switch" }],
    [
      { folder: "migration", what: "what is pending, what it destroys, running it" },
      { folder: "github", what: "environments, rules and secrets on GitHub" },
    ],
    [
      { folder: "plan", what: "what is released: records, approval, rollback" },
      { folder: "ci", what: "checks of the application" },
    ],
    [
      { folder: "activator", what: "what wakes previews that sleep" },
      { folder: "backup", what: "dumps, and when they are taken" },
      { folder: "job", what: "jobs, and when they run" },
    ],
    [
      { folder: "data", what: "PostgreSQL, Redis, buckets" },
      { folder: "gateway", what: "Caddy, its sites" },
      { folder: "image", what: "builds, registries, tags" },
    ],
    [{ folder: "secrets", what: "values, and how they reach a copy" }],
    [{ folder: "host", what: "a machine: connection, preflight, steps on it" }],
    [{ folder: "contract", what: "inputs and receipts of steps" }],
    [{ folder: "settings", what: "what differs: Pulumi.<stack>.yaml" }],
    [{ folder: "application", what: "what is shipped: application.ts" }],
    [{ folder: "naming", what: "namespaces, names, labels" }],
    [
      { folder: "input", what: "checks of what people write, and their words" },
      { folder: "timing", what: "how long parts of a run take" },
    ],
  ],
  cli: [
    [{ folder: "commands", what: "one command each" }],
    [{ folder: "sweep", what: "what previews left" }],
    [{ folder: "preview", what: "previews of pull requests" }],
    [{ folder: "fork", what: "what is known and run of a fork's commit" }],
    [{ folder: "comment", what: "what a pull request's comment says" }],
    [
      { folder: "plan", what: "what an up would do" },
      { folder: "ci", what: "reports, publishing" },
      { folder: "github", what: "import, env check" },
      { folder: "on-hosts", what: "what runs on hosts" },
    ],
    [{ folder: "stack", what: "a stack, its settings and hosts" }],
    [
      { folder: "init", what: "a project for a repository" },
      { folder: "setup", what: "what is missing" },
      { folder: "drift", what: "what differs" },
      { folder: "on-this-machine", what: "local processes" },
    ],
    [
      { folder: "timings", what: "where the time of a run went" },
      { folder: "export", what: "the application for Compose" },
    ],
    [
      { folder: "pulumi", what: "runs it, reads its state" },
      { folder: "docker", what: "asks the engine" },
    ],
    [
      { folder: "process", what: "runs programs" },
      { folder: "terminal", what: "progress, tables" },
    ],
  ],
};

/** Decisions without Pulumi's SDK, so that they can be tested without it; types of it are no part of what runs. */
const pure = "^components/(application|settings|naming|input|contract)/";

/**
 * A rule for each folder: nothing from beside or above it. The highest has nothing there.
 *
 * @type {import("dependency-cruiser").IForbiddenRuleType[]}
 */
const upward = Object.entries(floors).flatMap(([house, its]) =>
  its.flatMap((rooms, level) =>
    rooms.flatMap(({ folder }) => {
      const others = foldersOf(its.slice(0, level + 1)).filter((other) => other !== folder);
      if (others.length === 0) return [];
      const to = { path: `^${house}/(${others.join("|")})/` };
      const from = { path: `^${house}/${folder}/` };
      return [{ name: `${house}/${folder} imports from below only`, severity: "error", from, to }];
    }),
  ),
);

/** @param {readonly (readonly Room[])[]} its */
function foldersOf(its) {
  return its.flat().map(({ folder }) => folder);
}

/** @type {import("dependency-cruiser").IConfiguration} */
const rules = {
  forbidden: [
    ...upward,
    { name: "no circles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "components know no step, command line or application",
      severity: "error",
      from: { path: "^components/" },
      to: { path: "^(steps|cli|test|bench|docs)/|^(application|index)\\.ts$" },
    },
    {
      name: "steps know no command line and no application, and of components what decides",
      severity: "error",
      from: { path: "^steps/" },
      to: {
        path: "^(cli|test|bench|docs)/|^(application|index)\\.ts$|^components/(environment|release|github|plan|data)/",
      },
    },
    {
      name: "steps know a machine by what they ask of it, not Docker",
      severity: "error",
      from: { path: "^steps/(?!machine/)" },
      to: { path: "^steps/machine/docker" },
    },
    {
      name: "a program of a step is started, not imported",
      severity: "error",
      from: { pathNot: "^test/" },
      to: { path: "^steps/programs/" },
    },
    {
      name: "decisions do without Pulumi's SDK",
      severity: "error",
      from: { path: pure, pathNot: "^components/input/user-errors\\.ts$" },
      to: { path: "node_modules/@pulumi/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "what is asked of a host does not depend on Docker",
      severity: "error",
      // An environment says which kind of host it has; images are built, and ready-made ones named, by the engine of this machine alone.
      from: { path: "^components/", pathNot: "^components/(host/|environment/|image/(?:built|ready)-image)" },
      to: { path: "^components/host/(docker-|host-engine)" },
    },
    {
      name: "a host makes what runs there, not the docker package",
      severity: "error",
      // Images are built, and ready-made ones named, by the engine of this machine alone.
      from: { path: "^components/", pathNot: "^components/(host/docker-|image/(?:built|ready)-image)" },
      to: { path: "node_modules/@pulumi/docker/" },
    },
    {
      name: "folders of components are floors",
      severity: "error",
      from: {},
      to: {
        path: "^components/",
        pathNot: `^components/((${foldersOf(floors.components).join("|")})/|index\\.ts$)`,
      },
    },
  ],
  options: {
    // What is imported for its type alone is an import, too.
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
  },
};

export default rules;
