import { size } from "../../components/input/size.mjs";
import { age, minute } from "../terminal/duration.ts";
import { columns, fittingColumns } from "../terminal/table.ts";
import type { DrillSeen } from "./dumps.ts";
import type { CopyStatus } from "./environment.ts";
import type { Load } from "./load.ts";
import type { HostStatus, StatusOnHosts } from "./look.ts";

/** An environment on hosts, for its own page. */
export interface ShownEnvironment extends StatusOnHosts {
  readonly environment: string;
  readonly namespace: string;
  readonly address: string | null;
}

/** A whole page on one environment: what runs, how it is, and all problems at the end. */
export function environmentInWords(status: ShownEnvironment, now = Date.now()): string {
  const { environment, namespace, address, health, problems, copies, hosts, run } = status;
  const facts = [
    ["release", releaseInWords(status, now)],
    ["address", addressInWords(address, status)],
    ["certificate", certificateInWords(status, now)],
    ...(status.backup === null
      ? []
      : [
          [
            "backup",
            `${minute(status.backup.at)}, ${ago(status.backup.at, now)}, ${size(status.backup.bytes)}`,
          ],
          ...(status.backup.drill === undefined ? [] : [["proven", provenInWords(status.backup.drill, now)]]),
        ]),
    ...(run === null ? [] : [["at work", run]]),
  ];
  return [
    `${environment}: ${health}${problems.length === 0 ? "" : `, ${counted(problems.length, "problem")}`}`,
    "",
    columns(facts),
    ...(copies.length === 0 ? [] : ["", copiesInWords(namespace, copies, now)]),
    "",
    hostsInWords(hosts),
    ...(problems.length === 0 ? [] : ["", ...problems]),
  ].join("\n");
}

function releaseInWords({ released }: StatusOnHosts, now: number): string {
  if (released === null) return "none yet";
  const { id, version, commit, branch, tag, by, endedAt } = released;
  const of = branch === undefined ? "" : ` of ${branch}`;
  return [
    id,
    ...(version === undefined ? [] : [`version ${version}`]),
    ...(commit === undefined ? [] : [`commit ${commit.slice(0, 12)}${of}`]),
    ...(tag === undefined ? [] : [`tag ${tag}`]),
    `by ${by}`,
    ago(endedAt, now),
  ].join(", ");
}

/** The last restore of a backup, and whether one failed since. */
function provenInWords({ proven, failedAt }: DrillSeen, now: number): string {
  const last =
    proven === undefined
      ? "none yet"
      : `${minute(proven.at)}, ${ago(proven.at, now)}, ${proven.rows} rows in ${proven.seconds} s`;
  if (failedAt === undefined || failedAt < (proven?.at ?? "")) return last;
  return `${last}; the restore ${ago(failedAt, now)} failed`;
}

function addressInWords(address: string | null, { answer }: StatusOnHosts): string {
  if (address === null) return "none";
  if (answer === null) return address;
  const { status, milliseconds } = answer;
  return status === undefined
    ? `${address} gives no answer`
    : `${address} answers ${status} in ${milliseconds} ms`;
}

function certificateInWords({ certificateUntil: until }: StatusOnHosts, now: number): string {
  if (until === null) return "unknown";
  const left = Date.parse(until) - now;
  return left < 0 ? `ended ${ago(until, now)}` : `until ${minute(until)} UTC, ${age(left)} left`;
}

/** A container's name without its namespace, which all have in common. */
export function shortName(namespace: string, name: string): string {
  return name.startsWith(`${namespace}-`) ? name.slice(namespace.length + 1) : name;
}

function copiesInWords(namespace: string, copies: readonly CopyStatus[], now: number): string {
  return columns([
    ["copy", "host", "state", "restarts", "for"],
    ...copies.map(({ name, host, state, health, restarts, since, known }) => [
      shortName(namespace, name),
      host,
      `${state === "running" && health !== null ? health : state}${known ? "" : ", not in the state"}`,
      String(restarts),
      since === null || state !== "running" ? "-" : age(now - Date.parse(since)),
    ]),
  ]);
}

/** Hosts as a table that fits into a width, if any; with `environments`, also what is on each. */
export function hostsInWords(
  hosts: readonly HostStatus[],
  environments?: ReadonlyMap<string, readonly string[]>,
  width?: number,
): string {
  const head = ["host", "address", "load", "memory free", "disk free"];
  const rows = hosts.map(({ host, address, load }) => {
    const row = [host, address, ...loadInWords(load)];
    return environments === undefined ? row : [...row, (environments.get(address) ?? []).join(", ")];
  });
  return fittingColumns(
    [environments === undefined ? head : [...head, "environments"], ...rows],
    ["address"],
    width,
  );
}

function loadInWords(load: Load | null): [string, string, string] {
  if (load === null) return ["-", "-", "-"];
  return [
    `${load.load.toFixed(1)} of ${load.processors}`,
    partOf(load.memoryFreeBytes, load.memoryBytes),
    partOf(load.diskFreeBytes, load.diskBytes),
  ];
}

/** A part of an amount, with one unit where both have the same: `2.8 of 7.6 GiB`. */
function partOf(bytes: number, all: number): string {
  const [part, whole] = [size(bytes), size(all)];
  const unit = / \S+$/.exec(whole)?.[0] ?? "";
  return `${part.endsWith(unit) ? part.slice(0, -unit.length) : part} of ${whole}`;
}

/** The problems of several environments, a line each; what several have in common is said once. */
export function problemsInWords(
  environments: readonly { readonly environment: string; readonly problems?: readonly string[] }[],
): string[] {
  const found = new Map<string, string[]>();
  for (const { environment, problems = [] } of environments)
    for (const problem of problems) found.set(problem, [...(found.get(problem) ?? []), environment]);
  return [...found].map(([problem, of]) => `${of.join(", ")}: ${problem}`);
}

function ago(time: string, now: number): string {
  return `${age(now - Date.parse(time))} ago`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
