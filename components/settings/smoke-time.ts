import type { Application, Smoke } from "../application/application.ts";
import { timeoutOf, triesOf } from "../application/smoke-here.ts";
import type { Settings } from "./settings.ts";

/** Says that the smoke checks of an environment may take longer than a release waits for new copies. */
export function smokeTimeProblems({ smoke }: Pick<Application, "smoke">, settings: Settings): string[] {
  if (!("gateTimeoutSeconds" in settings) || settings.environment === "ci") return [];
  const { gateTimeoutSeconds } = settings;
  const seconds = smoke.map(secondsOf).reduce((sum, one) => sum + one, 0);
  if (seconds <= gateTimeoutSeconds) return [];
  return [
    `smoke: tries and commands may take at most towpath:gateTimeoutSeconds together, ${gateTimeoutSeconds} s in ${settings.environment}, got ${seconds} s; lower retries, everySeconds or timeoutSeconds, or raise that setting`,
  ];
}

/** The time that a check waits between its tries, and that its command may take. */
function secondsOf(check: Smoke): number {
  const { retries, everySeconds } = triesOf(check);
  return retries * everySeconds + ("command" in check ? timeoutOf(check) : 0);
}
