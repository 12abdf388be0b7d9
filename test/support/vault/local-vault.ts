import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** A fault in place of an answer. */
export type VaultFault =
  | {
      readonly status: number;
      readonly errors?: readonly string[];
      readonly headers?: Record<string, string>;
    }
  | { readonly page: string }
  | { readonly reset: true }
  | { readonly silent: true };

/** One version of an entry. */
interface Version {
  fields: Readonly<Record<string, unknown>>;
  deletedAt: string;
  destroyed: boolean;
}

/** A login and its rights: to read all of the store `secret`, or what lies below these paths. */
interface Login {
  readonly expires: number;
  readonly paths: readonly string[];
}

/**
 * A HashiCorp Vault on this machine, for tests: the store `secret` (key-value, version 2), tokens, one AppRole.
 *
 * Statuses and bodies are those of Vault 1.21, as its source and its API documentation have them for each case.
 */
export class LocalVault {
  /** The requests that it got: `GET /v1/…`. */
  readonly asked: string[] = [];
  readonly token = `hvs.${randomUUID()}`;
  readonly role: { roleId: string; secretId: string } = { roleId: "a-role", secretId: `s.${randomUUID()}` };
  address = "";
  sealed = false;
  /** The address of the active server, where this one is on standby. */
  active: string | undefined;
  private readonly entries = new Map<string, Version[]>();
  private readonly logins = new Map<string, Login>();
  private readonly faults: VaultFault[] = [];
  private readonly server: Server;

  private constructor() {
    this.logins.set(this.token, { expires: Infinity, paths: ["secret/"] });
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
  }

  static async start(): Promise<LocalVault> {
    const vault = new LocalVault();
    await new Promise<void>((resolve) => vault.server.listen(0, "127.0.0.1", resolve));
    vault.address = `http://127.0.0.1:${(vault.server.address() as AddressInfo).port}`;
    return vault;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Writes a new version of an entry of the store `secret`. */
  write(path: string, fields: Readonly<Record<string, unknown>>): void {
    const versions = this.entries.get(path) ?? [];
    this.entries.set(path, [...versions, { fields, deletedAt: "", destroyed: false }]);
  }

  /** Deletes a version of an entry, so that it can be brought back, or destroys it. */
  remove(path: string, version: number, how: "delete" | "destroy"): void {
    const found = this.entries.get(path)?.[version - 1];
    if (found === undefined) throw new Error(`${path}: there is no version ${version}`);
    found.deletedAt = "2026-01-02T03:04:05.678901234Z";
    found.destroyed = how === "destroy";
  }

  /** A token for some paths, or one that has expired. */
  issue({ paths = ["secret/"], expired = false }: { paths?: readonly string[]; expired?: boolean }): string {
    const token = `hvs.${randomUUID()}`;
    this.logins.set(token, { paths, expires: expired ? 0 : Infinity });
    return token;
  }

  /** The next request goes wrong, whatever it asks for. */
  failNext(...faults: VaultFault[]): void {
    this.faults.push(...faults);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/" } = request;
    this.asked.push(`${method} ${url}`);
    const fault = this.faults.shift();
    if (fault !== undefined) {
      if ("reset" in fault) request.socket.destroy();
      else if ("page" in fault) response.end(fault.page);
      else if ("status" in fault)
        answer(response, fault.status, { errors: fault.errors ?? [] }, fault.headers);
    } else if (this.sealed) answer(response, 503, { errors: ["Vault is sealed"] });
    else if (this.active !== undefined) answer(response, 307, undefined, { location: this.active + url });
    else if (method === "POST" && url === "/v1/auth/approle/login") this.logIn(await json(request), response);
    else this.read(request, new URL(url, this.address), response);
  }

  private logIn(body: unknown, response: ServerResponse): void {
    const { role_id: roleId, secret_id: secretId } = body as Record<string, unknown>;
    if (roleId !== this.role.roleId || secretId !== this.role.secretId) {
      answer(response, 400, { errors: ["invalid role or secret ID"] });
      return;
    }
    const auth = {
      ...{ client_token: this.issue({}), accessor: randomUUID(), policies: ["default", "notes"] },
      ...{ token_policies: ["default", "notes"], metadata: { role_name: "notes" }, lease_duration: 1200 },
      ...{ renewable: true, entity_id: randomUUID(), token_type: "service", orphan: true },
    };
    answer(response, 200, { ...envelope(), data: null, auth });
  }

  private read(request: IncomingMessage, { pathname, searchParams }: URL, response: ServerResponse): void {
    const login = this.logins.get(String(request.headers["x-vault-token"]));
    const path = decodeURIComponent(pathname.slice("/v1/".length));
    const entry = path.replace(/^([^/]+)\/data\//, "$1/");
    const valid = login !== undefined && login.expires > Date.now();
    if (valid && path === "auth/token/lookup-self") {
      answer(response, 200, { ...envelope(), data: { policies: ["default"], ttl: 1200, type: "service" } });
    } else if (!valid) {
      answer(response, 403, {
        errors: ["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"],
      });
    } else if (!login.paths.some((allowed) => entry.startsWith(allowed))) {
      answer(response, 403, { errors: ["1 error occurred:\n\t* permission denied\n\n"] });
    } else this.entry(entry, Number(searchParams.get("version") ?? 0), response);
  }

  private entry(path: string, wanted: number, response: ServerResponse): void {
    const versions = this.entries.get(path) ?? [];
    const version = wanted === 0 ? versions.length : wanted;
    const found = versions[version - 1];
    if (found === undefined) {
      answer(response, 404, { errors: [] });
      return;
    }
    const { fields, deletedAt, destroyed } = found;
    const gone = deletedAt !== "";
    const metadata = {
      ...{ created_time: "2026-01-01T00:00:00.123456789Z", custom_metadata: null },
      ...{ deletion_time: deletedAt, destroyed, version },
    };
    answer(response, gone ? 404 : 200, {
      ...envelope(),
      data: { data: gone ? null : fields, metadata },
      mount_type: "kv",
    });
  }
}

/** Returns the fields around every answer. */
function envelope(): object {
  return {
    ...{ request_id: randomUUID(), lease_id: "", renewable: false, lease_duration: 0 },
    ...{ wrap_info: null, warnings: null, auth: null },
  };
}

function answer(
  response: ServerResponse,
  status: number,
  body: object | undefined,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body && JSON.stringify(body));
}
