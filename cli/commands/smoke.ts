import type { AskedCheck, AskSmokeInput, AskSmokeReceipt } from "../../components/contract/ask-smoke.ts";
import type { ListedCommand } from "../../components/contract/smoke-check.ts";
import type { SwitchRouteInput } from "../../components/contract/switch-route.ts";
import { defined } from "../../components/input/defined.ts";
import { show } from "../../components/input/input-checks.ts";
import { environmentOf } from "../../components/naming/namespace.ts";
import { namesOf } from "../../components/naming/names.ts";
import { kindOf } from "../../components/settings/kinds.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { readRelease } from "../pulumi/steps.ts";
import { callFor, hasHosts } from "../stack/call.ts";
import { openHosts } from "../stack/hosts.ts";
import { runStep } from "../stack/program.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";

/** The environment that is asked, and where it is, where its name does not lead to it. */
export interface SmokeRequest {
  readonly stack: string;
  readonly address?: string | undefined;
}

/** The result of `towpath smoke`. */
export interface Smoked extends AskSmokeReceipt {
  readonly stack: string;
  /** The address for users. */
  readonly url: string;
}

/**
 * Asks the smoke checks of the release that runs, at its address for users, from this machine. The host is only connected for
 * secrets, commands, and certificates of the gateway's own authority.
 *
 * @throws Problem when nothing was released, or there are no checks
 * @throws HostProblem when the host cannot be reached
 */
export async function askSmoke(
  { stack, address }: SmokeRequest,
  progress: Progress,
  project: Project,
): Promise<Smoked> {
  const route = kindOf(environmentOf(stack))?.route;
  if (route !== "localhost" && route !== "domain") {
    throw new Problem(
      `--stack: expected an environment that users reach, got ${show(stack)}; take local, pr-<number>, staging or production`,
    );
  }
  const call = await callFor("smoke", stack, progress, project);
  const { steps, outputs } = await readRelease(call, run);
  const release = steps.find(({ program }) => program === "switch-route")?.input as
    SwitchRouteInput | undefined;
  const { url } = outputs as { url?: string };
  if (release === undefined || url === undefined)
    throw new Problem(`smoke: nothing runs in ${stack}, got no release in its state; ${wayToRelease(stack)}`);
  const input = inputOf(release, url, address);
  if (input.checks.length + input.afterwards.length + input.commands.length === 0) {
    throw new Problem(
      `smoke: expected checks of the release that runs in ${stack}, got none; describe some in application.ts, under smoke, and release it`,
    );
  }
  const connection =
    hasHosts(stack) && needsHost(input) ? Object.values(await openHosts(call, run, progress))[0] : undefined;
  const receipt = (await runStep(
    {
      program: "smoke",
      input,
      words: `asking ${url}`,
      wasEnded: `smoke: the program that asks was ended, got no word of it; run the command again`,
    },
    connection,
    call,
    run,
    progress,
  )) as AskSmokeReceipt;
  return { stack, url, checks: receipt.checks };
}

/** What the release that runs was asked itself, as the switch had it. */
function inputOf(
  { site, secure, checks, smoke, listed, copies }: SwitchRouteInput,
  url: string,
  at: string | undefined,
): AskSmokeInput {
  const { limitSeconds = usualSeconds, secrets = {}, afterwards = [], visitors = [] } = listed ?? {};
  const name = namesOf(site.name).smoke("person");
  // Each release of a canary has had its own: one of them is enough to be told that something is wrong.
  const commands = smoke.filter(
    (check, index): check is ListedCommand =>
      "command" in check && copies.includes(check.like) && isFirst(smoke, index),
  );
  return {
    ...{ url, gateway: site.gateway, checks, limitSeconds, secrets, afterwards, visitors },
    ...defined({ at, secure }),
    commands: commands.map(({ labels, ...command }) => ({
      ...command,
      name,
      labels: { ...labels, "towpath.one-off": name },
    })),
  };
}

/** The time for requests that only read, which have none in the release, in seconds. */
const usualSeconds = 60;

/** Tells whether no command before it is the same. */
function isFirst(smoke: SwitchRouteInput["smoke"], index: number): boolean {
  const commandAt = (at: number): string | undefined => {
    const check = smoke[at];
    return check !== undefined && "command" in check ? JSON.stringify(check.command) : undefined;
  };
  return !smoke.slice(0, index).some((_, earlier) => commandAt(earlier) === commandAt(index));
}

function needsHost({ secrets, commands, secure }: AskSmokeInput): boolean {
  return Object.keys(secrets).length > 0 || commands.length > 0 || secure?.certificates === "internal";
}

function wayToRelease(stack: string): string {
  if (stack === "local") return 'start it with "npm start"';
  return `release it with npm run pulumi -- up --stack ${stack}`;
}

/** Tells whether all checks passed. */
export function allPassed({ checks }: Smoked): boolean {
  return checks.every(({ passed }) => passed);
}

/** The checks as a table, with what was wrong, and the sum. */
export function smokeInWords({ stack, url, checks }: Smoked): string {
  const rows = checks.map(({ check, passed, seconds, ...failed }) => [
    check,
    passed ? "passed" : "failed",
    `${seconds.toFixed(2)} s`,
    withoutName(check, failed.problem),
  ]);
  const logs = checks.flatMap(({ check, log }) => (log === undefined ? [] : ["", `${check}:`, log]));
  const failed = checks.filter(({ passed }) => !passed);
  const of = checks.length === 1 ? "1 check" : `${checks.length} checks`;
  const sum = failed.length === 0 ? `${of} passed` : `${failed.length} of ${of} failed`;
  return [columns(rows), ...logs, "", `${stack}, ${url}: ${sum}`].join("\n");
}

/** The name stands in the same row. */
function withoutName(check: string, problem: AskedCheck["problem"] = ""): string {
  return problem.startsWith(check) ? problem.slice(check.length).replace(/^:? /, "") : problem;
}
