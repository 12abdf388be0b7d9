import { existsSync } from "node:fs";
import { join } from "node:path";
import { byCommands } from "../../components/application/migrations.ts";
import { postgresImage } from "../../components/application/servers.ts";
import type { Application } from "../../components/application/application.ts";
import { withVariables } from "../../components/application/variables.ts";
import type {
  MeasureMigrationsInput,
  MeasureMigrationsReceipt,
  TriedTemplate,
} from "../../components/contract/measure-migrations.ts";
import type { TemplateServer } from "../../components/data/template-server.ts";
import { loginVariables } from "../../components/host/docker-login.ts";
import type { RegistryAccount } from "../../components/host/registry-account.ts";
import { limitsFromSettings } from "../../components/host/run-limits.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import { referencesOf } from "../../components/image/registry.ts";
import { defined } from "../../components/input/defined.ts";
import {
  triedRelease,
  triedStatements,
  triedTool,
  type RunningRelease,
} from "../../components/migration/trial.ts";
import { namesOf } from "../../components/naming/names.ts";
import { previewStack } from "../../components/naming/namespace.ts";
import { applicationOf } from "../../components/plan/release-description.ts";
import type { ReleaseRecord } from "../../components/plan/release-record.ts";
import { referenceFacts } from "../../components/settings/reference-facts.ts";
import type { ReleasedSettings } from "../../components/settings/released-settings.ts";
import { findEngine } from "../docker/endpoint.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { readDeployment, stackOutputs } from "../pulumi/state.ts";
import type { Progress } from "../terminal/progress.ts";
import { callFor } from "./call.ts";
import { openHosts } from "./hosts.ts";
import { runProgram } from "./program.ts";
import { settingsFileOf } from "./settings-file.ts";
import { previewSettings } from "./settings.ts";

/** Migrations that are to be measured. */
export interface Measurable {
  readonly application: Application;
  readonly settings: ReleasedSettings;
  /** Left out where the tool prints none: then it is tried as a whole. */
  readonly sql?: string;
  /** The references by digest of the images with the migrations, by the images' names. */
  readonly images: Readonly<Record<string, string>>;
  /** The SQL that makes what is there. */
  readonly schema: string;
  /** The record of the release that runs. */
  readonly current: ReleaseRecord;
  readonly account: RegistryAccount | undefined;
}

/** The memory and processes of a scratch server, or of what is tried on it, at least. */
const least = { memory: 1024 ** 3, pids: 512 };

/** The time that all statements may take together, in seconds, and as long what comes before them: others use that host. */
const trialSeconds = 300;

/**
 * Measures migrations on a machine where no users are: the host of previews, on a clone of its template where it has one, or
 * where there is no such host, this one.
 *
 * @throws Problem when there is none, or nothing could be measured
 */
export async function measuredMigrations(
  measurable: Measurable,
  call: PulumiCall,
  progress: Progress,
): Promise<MeasureMigrationsReceipt> {
  const { connection, template } = await trialHost(call.project, progress);
  const step = progress.step(`trying the migrations on ${connection?.host ?? "this machine"}`);
  const tell = (line: string, from: "stdout" | "stderr"): void => {
    if (from === "stderr") step.detail(line);
  };
  const { account } = measurable;
  const login = account && loginVariables(account, call.project.root, process.env.PATH);
  const { code, stdout, stderr } = await runProgram(
    "measure-migrations",
    await inputOf(measurable, template),
    connection,
    { ...call, environment: { ...call.environment, ...login } },
    run,
    tell,
  );
  if (code === 0) {
    step.done();
    return JSON.parse(stdout) as MeasureMigrationsReceipt;
  }
  step.failed();
  throw new Problem(stdout.trim() || stderr.trim() || "migrations: the trial was ended, got no word of it");
}

/** A machine to try migrations on. */
interface TrialHost {
  /** Left out for this machine's own engine. */
  readonly connection?: HostConnection;
  /** The server of the template that is there; left out where there is none. */
  readonly template?: TemplateServer;
}

/** The host that previews share, with its template; this machine's own engine where they have none. */
async function trialHost(project: Project, progress: Progress): Promise<TrialHost> {
  if (existsSync(join(project.root, settingsFileOf(previewStack(1))))) {
    const settings = previewSettings(project);
    const gateway = "gateway" in settings ? settings.gateway : undefined;
    if (gateway !== undefined && existsSync(join(project.root, settingsFileOf(gateway)))) {
      const call = await callFor("refresh", gateway, progress, project);
      const [connection] = Object.values(await openHosts(call, run, progress));
      const { template } = stackOutputs(await readDeployment(call, run)) as { template?: TemplateServer };
      return defined({ connection, template });
    }
  }
  if ("reason" in (await findEngine(run))) throw new Problem(nowhere);
  return {};
}

/** Says that there is no machine to try anything on. */
export const nowhere =
  "migrations: expected a machine to try them on, got neither a host of previews nor a Docker engine here; describe one in Pulumi.preview.yaml, or start Docker";

async function inputOf(
  { application, settings, sql, schema, images: migrating, current }: Measurable,
  template: TemplateServer | undefined,
): Promise<MeasureMigrationsInput> {
  const { namespace, imageMirror = "docker.io", gateTimeoutSeconds, limits, registry } = settings;
  const { database } = namesOf(namespace);
  const { postgres } = application;
  if (postgres === undefined) throw new Error("migrations of an application without a database");
  const { version } = postgres;
  const { images, description } = current;
  const migrations = byCommands(application.migrations);
  const labels = [...application.domains, ...(description?.domains ?? [])];
  const around = {
    id: current.id,
    facts: referenceFacts(settings, { domains: labels }, current),
    imageMirror,
    gateTimeoutSeconds,
  };
  const running = description && {
    ...around,
    application: withVariables(
      applicationOf(application.name, Object.keys(images), description),
      settings.variables,
    ),
    images: referencesOf(registry, images),
  };
  return {
    postgres: {
      image: postgresImage(postgres, imageMirror),
      ...defined({ preloads: postgres.settings?.shared_preload_libraries }),
      database,
    },
    schema,
    ...defined({ template: running && template && triedTemplate(template, running, current) }),
    statements: sql === undefined ? [] : await triedStatements(sql, version),
    ...(sql === undefined &&
      migrations !== undefined && {
        tool: triedTool({ ...around, application, images: migrating, migrations }),
      }),
    ...(running !== undefined && { oldRelease: triedRelease(running) }),
    timeoutSeconds: trialSeconds,
    labels: { "towpath.project": application.name, "towpath.trial": namespace },
    limits: limitsFromSettings({
      ...limits,
      memory: Math.max(limits.memory, least.memory),
      pids: Math.max(limits.pids, least.pids),
    }),
  };
}

/** The template as the release that runs brings a clone of it to where the schema is; undefined for one without migrations, or an older server. */
function triedTemplate(
  { containerName: container, administrator, version }: TemplateServer,
  running: RunningRelease,
  { schema }: ReleaseRecord,
): TriedTemplate | undefined {
  const { postgres } = running.application;
  const migrations = byCommands(running.application.migrations);
  if (migrations === undefined || version < (postgres?.version ?? 0)) return undefined;
  const release = { ...running, migrations };
  return {
    server: { container, administrator },
    ...defined({ revision: schema?.after }),
    current: triedTool(release, "current"),
    up: triedTool(release),
  };
}
