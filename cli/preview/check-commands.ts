import type { PreviewChecks } from "../../components/settings/preview-checks.ts";
import { printable } from "../../components/input/printable.ts";
import { blankOut } from "../../components/input/blank-out.mjs";
import type { CheckFacts } from "../comment/facts.ts";
import { inShell } from "../process/in-shell.ts";
import { duration } from "../terminal/duration.ts";
import type { Progress } from "../terminal/progress.ts";

/** A preview, as commands and browsers reach it. */
export interface VisitedPreview {
  /** Its address: `https://pr-12.preview.example.com`. */
  readonly url: string;
  /** The password that visitors are asked for. */
  readonly password: string | undefined;
}

/** What commands run with. */
export interface CommandSurroundings extends VisitedPreview {
  /** The project's folder. */
  readonly root: string;
  readonly variables: NodeJS.ProcessEnv;
  /** The names of variables that hold credentials of the deployment. */
  readonly credentials: ReadonlySet<string>;
}

/** The most lines of a failed command's output that are kept: its last ones say why. */
const mostLines = 100;

/** Runs the commands one after the other. None sees a credential of the deployment. */
export async function runCommands(
  commands: PreviewChecks["commands"],
  { url, password, root, variables, credentials }: CommandSurroundings,
  progress: Progress,
): Promise<CheckFacts[]> {
  const isSecret = ([name]: readonly [string, unknown]): boolean =>
    credentials.has(name) || secretNames.test(name);
  const [secret, open] = [true, false].map((wanted) =>
    Object.entries(variables).filter((entry) => isSecret(entry) === wanted),
  ) as [[string, string | undefined][], [string, string | undefined][]];
  const environment = {
    ...Object.fromEntries(open),
    TOWPATH_PREVIEW_URL: url,
    ...(password !== undefined && { TOWPATH_PREVIEW_PASSWORD: password }),
  };
  const values = [...secret.map(([, value = ""]) => value), password ?? ""];
  const done: CheckFacts[] = [];
  for (const [name, { command, timeoutSeconds }] of Object.entries(commands)) {
    const step = progress.step(`running ${name}`);
    const began = Date.now();
    const { code, output, isLate } = await inShell(command, {
      ...{ cwd: root, environment, timeout: timeoutSeconds * 1000 },
      onLine: (line) => {
        step.detail(blankOut(printable(line), values));
      },
    });
    if (code === 0) step.done();
    else step.failed();
    const took = duration(Date.now() - began);
    done.push(
      code === 0
        ? { name, passed: true, words: took }
        : {
            ...{ name, passed: false },
            words: isLate ? isTooLong(name, timeoutSeconds) : `exit code ${code} after ${took}`,
            log: lastOf(blankOut(printable(output), values)),
          },
    );
  }
  return done;
}

/** The variables that lead to the state, to GitHub and to hosts, whatever the settings say. */
const secretNames =
  /^(PULUMI_(CONFIG_PASSPHRASE|ACCESS_TOKEN)|GITHUB_TOKEN|GH_TOKEN|ACTIONS_(RUNTIME|ID_TOKEN_REQUEST)_TOKEN|SSH_AUTH_SOCK)$/;

/** The names of the variables that settings take credentials from, wherever these stand in them. */
export function credentialVariables(settings: unknown): Set<string> {
  if (typeof settings !== "object" || settings === null) return new Set();
  if ("source" in settings && settings.source === "environment" && "variable" in settings)
    return new Set([String(settings.variable)]);
  return new Set(Object.values(settings).flatMap((inner) => [...credentialVariables(inner)]));
}

/** Says that a command did not end. */
export function isTooLong(name: string, seconds: number): string {
  return `towpath:checks.commands.${name}: expected its end within ${seconds} s, got none; make it faster, or raise its timeoutSeconds`;
}

function lastOf(output: string): string {
  return output.trim().split("\n").slice(-mostLines).join("\n");
}
