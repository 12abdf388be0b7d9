import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";

/** The server with the template of a host that several environments share, as its stack says it. */
export interface TemplateServer {
  readonly containerName: string;
  readonly containerId: string;
  /** The role that may do everything, and needs no password where the server runs. */
  readonly administrator: string;
  /** PostgreSQL's major version. */
  readonly version: number;
}

/**
 * The server out of the outputs of a stack `host-<name>`, for an application with that version of PostgreSQL.
 *
 * @throws InputError when the stack has none, or one that is older
 */
export function templateServer(
  stack: string,
  outputs: Readonly<Record<string, unknown>> | undefined,
  version: number | undefined,
): TemplateServer {
  const server = outputs?.template as TemplateServer | undefined;
  if (server === undefined) {
    throw new InputError([
      `towpath:data: expected a stack that has brought a template up, got ${show(stack)}; set towpath:template there, and bring it up with npm run pulumi -- up --stack ${stack}`,
    ]);
  }
  if (version === undefined) {
    throw new InputError([
      'towpath:data: expected an application with postgres, got none; write { "kind": "empty" }',
    ]);
  }
  if (server.version < version) {
    throw new InputError([
      `towpath:data: expected a template of PostgreSQL ${version} at least, as the application has it, got one of ${server.version} in ${stack}; set towpath:template.version there, or write { "kind": "empty" }`,
    ]);
  }
  return server;
}
