import { parseApplication } from "../../components/application/parse.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RefreshTemplateInput, RefreshTemplateReceipt } from "../../components/contract/template.ts";
import type { TemplateServer } from "../../components/data/template-server.ts";
import { engineAddress } from "../../components/host/ssh-config.ts";

import type { PreviewSettings } from "../../components/settings/preview.ts";
import type { TemplateSettings } from "../../components/settings/template.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { readDeployment, stackOutputs } from "../pulumi/state.ts";
import { callFor } from "../stack/call.ts";
import { openHost } from "../stack/hosts.ts";
import { runStep } from "../stack/program.ts";
import { releasedDatabase } from "../stack/released-database.ts";
import { previewSettings, settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";

/** The result of `towpath template refresh`. */
export interface RefreshedTemplate {
  readonly stack: string;
  /** Left out where the stack has no template, and nobody asked for it by name. */
  readonly template?: RefreshTemplateReceipt & { readonly seconds: number };
}

/** The stack whose database is copied: never production's, for no setting and no argument leads there. */
const source = "staging";

/** The time to wait for another run to end, in seconds. */
const waitSeconds = 10;

/**
 * Makes the template of a host anew: staging's database is copied, from one host to the other through this machine and no
 * file, masked by the project's own SQL, compared with what it was, and takes the place of the template before.
 *
 * @param named the stack of the host; left out, that of the previews, which need not have a template
 * @throws Problem when the stack has no template, a mask leaves personal data as it was, or a step fails
 */
export async function refreshTemplate(
  named: string | undefined,
  progress: Progress,
  project: Project,
): Promise<RefreshedTemplate> {
  const stack = named ?? (previewSettings(project) as PreviewSettings).gateway;
  const settings = settingsOf(project, stack);
  const template = settings.environment === "host" ? settings.template : undefined;
  if (template === undefined) {
    if (named === undefined) return { stack };
    throw new Problem(noTemplate(stack));
  }
  const mask = { file: template.mask, sql: readMask(project, template) };
  const call = await callFor("refresh", stack, progress, project);
  const { template: server } = stackOutputs(await readDeployment(call, run)) as { template?: TemplateServer };
  if (server === undefined) throw new Problem(notMade(stack));
  const connection = await openHost(call, run, progress);
  const from = await openHost(await callFor("refresh", source, progress, project), run, progress);
  const { external: _, ...database } = await releasedDatabase(
    parseApplication(project.application),
    settingsOf(project, source),
    from,
  );
  const input: RefreshTemplateInput = {
    server: { container: server.containerName, administrator: server.administrator },
    source: {
      stack: source,
      engine: engineAddress(from),
      ...database,
    },
    mask,
    personal: template.personal,
    waitSeconds,
  };
  const step = {
    program: "refresh-template",
    input,
    words: `making the template of ${stack}`,
    wasEnded: wasEnded(stack),
  } as const;
  const receipt = await runStep(step, connection, call, run, progress);
  return { stack, template: receipt as Required<RefreshedTemplate>["template"] };
}

/** Says what the template is made of. */
export function refreshedInWords({ stack, template }: RefreshedTemplate): string {
  if (template === undefined) return `${stack}: it has no template, and nothing was copied`;
  const { bytes, compared, seconds } = template;
  return `${stack}: the template is a masked copy of ${source}'s database, ${(bytes / 1024 ** 2).toFixed(0)} MiB, in ${seconds} s; columns with personal data in which no value was left: ${compared}`;
}

function readMask({ root }: Project, { mask }: TemplateSettings): string {
  try {
    return readFileSync(join(root, mask), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Problem(
      `towpath:template.mask: expected a file with SQL, got ${JSON.stringify(mask)}, which is not there; write it, or correct its name`,
    );
  }
}

/** Says that a stack has no template in its settings. */
function noTemplate(stack: string): string {
  return `template: expected the stack of a host with towpath:template, got ${JSON.stringify(stack)}; set it in the Pulumi.<stack>.yaml of a host-<name>`;
}

/** Says that the server of the template is not there yet. */
function notMade(stack: string): string {
  return `template: expected the template's server to be there, got none in ${stack}; bring it up with npm run pulumi -- up --stack ${stack}`;
}

/** Says that nobody knows what became of the run. */
function wasEnded(stack: string): string {
  return `template: the program that makes the template of ${stack} was ended, got no word of it; run the command again, which drops what it left`;
}
