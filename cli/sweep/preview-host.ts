import type { Program } from "../../components/contract/program.ts";
import type { Site } from "../../components/contract/switch-route.ts";
import type { DropCloneInput } from "../../components/contract/template.ts";
import type { TemplateServer } from "../../components/data/template-server.ts";
import { connect } from "../../components/host/connection.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import { UserError } from "../../components/input/user-error.ts";
import { namesOf } from "../../components/naming/names.ts";
import { stateAddress } from "../../components/naming/run-mark.ts";
import { Problem } from "../problem.ts";
import { run, type Run } from "../process/run.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { readDeployment, stackOutputs } from "../pulumi/state.ts";
import { hostsOfStack } from "../stack/hosts.ts";
import { onHost } from "../stack/killed-release.ts";
import { lastLineOf, runProgram } from "../stack/program.ts";
import { namespaceOf } from "../stack/settings.ts";
import { databases } from "./databases.ts";
import { kindsOnHost, type PreviewHost } from "./on-host.ts";
import type { Kind } from "./thing.ts";

/** The time that the docker client may take for one thing, in milliseconds: one that is stopped first has its grace. */
const patience = 120_000;

/** What a host of previews has; where it cannot be reached, a kind that says so, and the problem. */
export async function onPreviewHost(
  call: PulumiCall,
  folder: string,
  of: Pick<PreviewHost, "application" | "images" | "needed">,
): Promise<{ readonly kinds: readonly Kind[]; readonly problem?: UserError }> {
  const { project, stack } = call;
  const place = stack;
  try {
    const [connection] = Object.values((await hostsOfStack(call, run, folder)).connections);
    if (connection === undefined) throw new Error(`${stack} has no host`); // its settings demand one
    await connect(connection);
    const there = onHost(connection, run);
    const { gateway, activator } = namesOf(namespaceOf(project, stack));
    const host = {
      ...of,
      name: place,
      run: ((command, args, more) => there(command, args, { timeout: patience, ...more })) satisfies Run,
      state: stateOf(call),
    };
    const { template } = stackOutputs(await readDeployment(call, run)) as { template?: TemplateServer };
    const onServer =
      template === undefined
        ? []
        : [databases({ ...host, server: template, drop: (input) => dropClone(input, { connection, call }) })];
    return {
      kinds: [
        ...kindsOnHost({
          ...host,
          gateway,
          activator,
          removeSite: (name) => removeSite({ gateway, name }, { connection, call }),
        }),
        ...onServer,
      ],
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const refuse = (): Promise<never> => Promise.reject(error);
    return { kinds: [{ name: "container", place, list: refuse, remove: refuse }], problem: error };
  }
}

/** Runs the program of a step by itself, or says what cannot be done. */
async function carryOut(
  program: Program,
  input: object,
  cannot: string,
  { connection, call }: { readonly connection: HostConnection; readonly call: PulumiCall },
): Promise<void> {
  const ended = await runProgram(program, input, connection, call, run);
  if (ended.code === 0) return;
  throw new Problem(`${cannot}, got ${JSON.stringify(lastLineOf(ended))}; run the command again`);
}

/** Takes a site away from the gateway, by the program that a release's own removal runs. */
function removeSite(site: Site, reached: Parameters<typeof carryOut>[3]): Promise<void> {
  const cannot = `route: the site of ${site.name} cannot be removed from ${site.gateway}`;
  return carryOut("remove-route", { site }, cannot, reached);
}

/** Drops a preview's database, by the program that a destroy runs. */
function dropClone(input: DropCloneInput, reached: Parameters<typeof carryOut>[3]): Promise<void> {
  return carryOut("drop-clone", input, `data: the database ${input.clone} cannot be dropped`, reached);
}

/** The address of a call's state, as the marks of its runs name it. */
export function stateOf({ environment }: PulumiCall): string {
  return stateAddress(environment.PULUMI_BACKEND_URL ?? "");
}
