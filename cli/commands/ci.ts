import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Application } from "../../components/application/application.ts";
import { isReadyMade } from "../../components/application/images.ts";
import { found } from "../../components/application/names.ts";
import { parseApplication } from "../../components/application/parse.ts";
import { publishedImages } from "../../components/application/running-services.ts";
import { ciPlan, checkNames, type CiPlan } from "../../components/ci/plan.ts";
import { ciRunVariable, reportsFolder } from "../../components/ci/run.ts";
import { defined } from "../../components/input/defined.ts";
import { checkApart, namesIn } from "../../components/settings/database-name.ts";
import { namesOf } from "../../components/naming/names.ts";
import type { CiSettings } from "../../components/settings/ci.ts";
import type { Ports } from "../../components/settings/ports.ts";
import { annotations } from "../ci/annotations.ts";
import { buildCacheUse, forgetBuildCache, leaveBuildCache, type BuildCacheUse } from "../ci/build-cache.ts";
import { clearRun, sweepContainers } from "../ci/clear.ts";
import { describeImage } from "../ci/describe-image.ts";
import { lockNamespace } from "../ci/namespace-lock.ts";
import { factsOf, publishedOrigin, tagsOf, type Origin } from "../ci/origin.ts";
import { problemsOf } from "../ci/problems.ts";
import { destinations, publish, type Destination } from "../ci/publish.ts";
import { saveImages } from "../ci/saved-images.ts";
import { readReports, readSql, type CiReport, type PublishedImage } from "../ci/report.ts";
import { dropData, enter, leave, reusedParts, type Servers } from "../ci/reuse.ts";
import { ciInJUnit, ciInMarkdown } from "../ci/summary.ts";
import type { Engine } from "../docker/endpoint.ts";
import { checkLocalEngine } from "../docker/local-engine.ts";
import { sweptInWords } from "../docker/sweep.ts";
import { connectionsOf } from "../on-this-machine/connections.ts";
import { Interrupted } from "../problem.ts";
import { duringInterrupts } from "../process/interrupts.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { namespaceFolder, foldersOf } from "../pulumi/folders.ts";
import { runOperation } from "../pulumi/operation.ts";
import { usesOwnPassphrase } from "../pulumi/passphrase.ts";
import { keepingSaltOut } from "../pulumi/salt.ts";
import { getReady } from "../setup/machine.ts";
import { ciPorts } from "../stack/local-port.ts";
import { createStack } from "../stack/create.ts";
import { namespaceOf, namespaceWarning, settingsOf } from "../stack/settings.ts";
import { asStep, type Progress } from "../terminal/progress.ts";

/** The options of a run of `ci`. */
export interface CiRequest {
  /** The one check to run, with those that it waits for. */
  readonly only?: string;
  /** True to leave everything up, to look into it. */
  readonly keep: boolean;
  /** True to push the images when everything has passed. */
  readonly publish: boolean;
  /** The file to write the images into when everything has passed. */
  readonly save?: string;
}

/** The stack of this command. */
const stack = "ci";

/** The state of one run. */
interface Run {
  readonly project: Project;
  readonly request: CiRequest;
  readonly application: Application;
  /** What is checked and built. */
  readonly plan: CiPlan;
  readonly settings: CiSettings;
  readonly engine: Engine;
  readonly call: PulumiCall;
  readonly progress: Progress;
  /** The servers of the local environment, when they are used. */
  readonly servers: Servers | undefined;
  /** The registries that the images go to when they have passed. */
  readonly registries: readonly Destination[];
  /** The origin of their source, when they are published. */
  readonly origin: Origin | undefined;
  /** The layers in a registry that are used. */
  readonly cache: BuildCacheUse | undefined;
  /** True when the person has asked to stop. */
  interrupted: boolean;
}

/** Checks the application in an environment that is thrown away. */
export async function ci(progress: Progress, request: CiRequest, project: Project): Promise<CiReport> {
  const began = Date.now();
  const application = parseApplication(project.application);
  const settings = settingsOf(project, stack) as CiSettings;
  const plan = ciPlan(application, request.only);
  const { namespace } = settings;
  const warning = namespaceWarning(project, stack);
  if (warning !== undefined) progress.say(warning);
  const lock = lockNamespace(project, namespace, progress);
  try {
    const folders = foldersOf(project, stack, namespace);
    const { engine, environment } = await getReady(
      project,
      { imageMirror: settings.imageMirror, folders },
      "start",
      progress,
    );
    const call = { project, stack, environment, logFolder: folders.logs };
    const registries = request.publish ? await destinations(settings.registries, call, run) : [];
    const leaves = request.publish || request.save !== undefined;
    const origin = leaves ? await publishedOrigin(project, run) : undefined;
    const servers = settings.reuse === "local" ? serversFor(project, plan.application) : undefined;
    const leavesCache = request.publish && origin?.isDefault === true;
    const cache = await buildCacheUse(settings, plan, leavesCache, { call, run, progress });
    const all: Run = {
      project,
      request,
      application,
      plan,
      settings,
      engine,
      call,
      progress,
      servers,
      registries,
      origin,
      cache,
      interrupted: false,
    };
    return await duringInterrupts(
      () => (all.interrupted = true),
      () => checkAndClear(all, began),
    );
  } finally {
    lock.release();
  }
}

function serversFor(project: Project, application: Application): Servers | undefined {
  const parts = reusedParts(application);
  if (parts.length === 0) return undefined;
  const local = namespaceOf(project, "local");
  const names = namesIn(application, { environment: "local", namespace: local });
  checkApart(names, namesOf(namespaceOf(project, "ci")));
  return { names, folder: namespaceFolder(project, local), parts };
}

/** The run, between two clearings: the first for what a killed run left. Whatever happens, the second is made. */
async function checkAndClear(all: Run, began: number): Promise<CiReport> {
  const { request, settings, engine, call, plan, servers, cache, progress } = all;
  const { namespace } = settings;
  if (servers !== undefined) await enter(servers, namespace, run);
  let kept = false;
  try {
    const swept = sweptInWords(await clear(all));
    if (swept !== undefined) progress.say(swept);
    await checkLocalEngine(run, engine);
    const outcome = await check(all);
    const passed = isPassed(outcome) && !all.interrupted;
    const published = passed ? await publishImages(all) : [];
    if (passed && cache?.leaves === true)
      await leaveBuildCache(cache, plan, namesOf(namespace), { call, run, progress });
    if (all.interrupted) throw interrupted();
    kept = request.keep;
    const seconds = Math.round((Date.now() - began) / 100) / 10;
    return finish(all, { ...outcome, published, seconds });
  } finally {
    if (cache !== undefined) await forgetBuildCache(cache, { call, run });
    if (!kept) {
      await asStep(progress, "removing everything", () => clear(all));
      if (servers !== undefined) await leave(servers, namespace, run);
    }
  }
}

/** Says that the person has stopped the run. */
function interrupted(): Interrupted {
  return new Interrupted("interrupted: the run was stopped, and everything of it removed");
}

async function clear({ call, settings, servers, application }: Run): ReturnType<typeof clearRun> {
  const swept = await clearRun(call, settings.namespace, run);
  if (servers !== undefined) await dropData(servers, namesOf(settings.namespace), application.buckets, run);
  return swept;
}

/** Runs `pulumi up`; what fails does not stop what does not wait for it, and all results are in the reports. */
async function check(all: Run): Promise<Pick<CiReport, "checks" | "problems" | "sql">> {
  const { project, request, application, plan, settings, call, servers, origin, cache, progress } = all;
  const reports = reportsFolder(settings.namespace);
  const folder = join(project.root, reports);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { ports, said } = await ciPorts(settings, all.engine);
  [...said, ...connectionLines(settings, ports)].forEach((line) => {
    progress.say(line);
  });
  const variables = ciRunVariable({
    reports,
    ...(said.length > 0 && { ports }),
    ...defined({ only: request.only, reused: servers?.names.namespace, facts: origin && factsOf(origin) }),
    ...(cache && { buildCache: { from: cache.from, leaves: cache.leaves } }),
  });
  const told = { ...call, environment: { ...call.environment, ...variables } };
  // Again and again: a check that was about to begin makes its container only now.
  const stopping: NodeJS.Timeout[] = [];
  const stop = (): void => {
    all.interrupted = true;
    stopping.push(setInterval(() => void sweepContainers(run, settings.namespace), 500));
  };
  const outcome = await keepingSaltOut(call, usesOwnPassphrase(), async () => {
    await createStack(call, run);
    if (all.interrupted) throw interrupted();
    // Nothing of this environment serves anybody.
    return runOperation("up", told, progress, ["--continue-on-error"], { onInterrupt: stop, yields: false });
  }).finally(() => {
    stopping.forEach(clearInterval);
  });
  const names = checkNames(application).filter((name) =>
    Object.hasOwn(application.checks, name) ? plan.checks.includes(name) : plan.rehearses,
  );
  const sql = readSql(folder);
  const found = readReports(folder, names);
  return {
    checks: found,
    problems: problemsOf(outcome, found),
    ...defined({ sql }),
  };
}

/** The addresses of the servers that are published, a line each. */
function connectionLines({ namespace, ports: wanted = {} }: CiSettings, ports: Ports): string[] {
  const published = Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [name, { port, wanted: wanted[name] ?? port }]),
  );
  return Object.entries(connectionsOf(namesOf(namespace), published)).map(
    ([name, address]) => `port of ${name}: ${address}`,
  );
}

function isPassed({ checks, problems }: Pick<CiReport, "checks" | "problems">): boolean {
  return problems.length === 0 && checks.every(({ outcome }) => outcome === "passed");
}

/** Publishes the images, and writes them into a file, as was asked for. */
async function publishImages(all: Run): Promise<PublishedImage[]> {
  const { origin, application, settings, registries, call, progress, request } = all;
  if (origin === undefined) return [];
  const { environment } = call;
  const names = namesOf(settings.namespace);
  const published = publishedImages(application);
  const images = Object.fromEntries(published.map((image) => [image, `${names.image(image)}:latest`]));
  const described: string[] = [];
  try {
    for (const [image, local] of Object.entries(images)) {
      // A ready-made one stays as it is: a label would make it another image with every commit.
      if (isReadyMade(found(application.images, image))) continue;
      const asked = { local, title: `${application.name}-${image}` };
      described.push((images[image] = await describeImage(asked, origin, run, environment)));
    }
    const { save: file } = request;
    const { commit = "" } = origin;
    if (file !== undefined) await saveImages(images, { commit, file }, { run, environment, progress });
    if (!request.publish) return [];
    return await publish({ images, tags: tagsOf(origin) }, registries, call, run, progress);
  } finally {
    for (const image of described) await run("docker", ["image", "rm", image], { environment });
  }
}

/** Writes the reports. */
function finish(
  { project, request, settings, servers, progress }: Run,
  found: Omit<CiReport, "namespace" | "passed" | "reports" | "kept">,
): CiReport {
  const { namespace } = settings;
  const reports = reportsFolder(namespace);
  const report: CiReport = {
    namespace,
    passed: isPassed(found),
    ...found,
    reports,
    ...(request.keep && { kept: keptInWords(namespace, servers) }),
  };
  const markdown = ciInMarkdown(report);
  writeFileSync(join(project.root, reports, "summary.md"), markdown);
  writeFileSync(join(project.root, reports, "junit.xml"), ciInJUnit(report));
  if (process.env.GITHUB_ACTIONS === "true") {
    annotations(report).forEach((line) => {
      progress.say(line);
    });
    const { GITHUB_STEP_SUMMARY: page = "" } = process.env;
    if (page !== "") appendFileSync(page, markdown);
  }
  return report;
}

/** The commands that show and remove what was left up. */
function keptInWords(namespace: string, servers: Servers | undefined): string[] {
  const { postgres, database } = servers?.names ?? namesOf(namespace);
  return [
    `kept: docker ps --all --filter label=towpath.namespace=${namespace}`,
    `databases: docker exec -it ${postgres} psql --username ${database} --list`,
    `remove: npm run pulumi -- destroy --stack ${stack} --yes, or the next npm run ci, which removes it first`,
  ];
}
