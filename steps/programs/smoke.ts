import type { AskedCheck, AskSmokeInput, AskSmokeReceipt } from "../../components/contract/ask-smoke.ts";
import { nameOfCheck, type ListedCheck } from "../../components/contract/smoke-check.ts";
import { defined } from "../../components/input/defined.ts";
import { withoutSecrets } from "../delivered.ts";
import { authorityOf } from "../machine/http.ts";
import type { Machine } from "../machine/machine.ts";
import { waitingFor } from "../progress.ts";
import { runStep } from "../program.ts";
import { askAddress } from "../route/ask-address.ts";
import { asVisitor, ListedRun, type Ask } from "../route/listed-run.ts";

/** Asks the smoke checks of what runs, as users ask it, and goes on after one that fails. */
async function smoke(input: AskSmokeInput, machine: Machine): Promise<AskSmokeReceipt> {
  const { url, at, secure, gateway } = input;
  const authority = secure?.certificates === "internal" ? await authorityOf(machine, gateway) : undefined;
  const users: Ask = ({ path, ...asked }) =>
    askAddress({ url: new URL(path, url).href, ...asked, ...defined({ at, authority }) });
  const results: AskedCheck[] = [];
  const doAll = async (run: ListedRun, checks: readonly ListedCheck[], ask: Ask): Promise<void> => {
    for (const check of checks) {
      waitingFor(nameOfCheck(check));
      results.push(await timed(check, () => run.unmet(check, ask)));
    }
  };
  await doAll(new ListedRun(machine, input), input.checks, users);
  for (const { authorization, cookie, ...headers } of input.afterwards.length > 0 ? input.visitors : []) {
    const run = new ListedRun(machine, input);
    const ask: Ask = (asked) => users({ ...asked, headers: asVisitor(asked.headers, headers, cookie) });
    // Where nobody answers, each check says so.
    if (authorization !== undefined) await run.admit(authorization, ask).catch(() => undefined);
    await doAll(run, input.afterwards, ask);
  }
  await doAll(new ListedRun(machine, input), input.commands, users);
  return { checks: results };
}

async function timed(check: ListedCheck, work: () => ReturnType<ListedRun["unmet"]>): Promise<AskedCheck> {
  const started = Date.now();
  const unmet = await work();
  const seconds = Math.round((Date.now() - started) / 10) / 100;
  const name = nameOfCheck(check);
  if (unmet === undefined) return { check: name, passed: true, seconds };
  const log = unmet.log === "" ? undefined : withoutSecrets(unmet.log).split("\n").slice(1).join("\n");
  return { check: name, passed: false, seconds, problem: withoutSecrets(unmet.words), ...defined({ log }) };
}

await runStep(smoke);
