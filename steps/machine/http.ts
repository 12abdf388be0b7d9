import type { IncomingMessage } from "node:http";
import { Duplex, PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import tls from "node:tls";
import type { Target } from "../../components/contract/target.ts";
import { defined } from "../../components/input/defined.ts";
import { http } from "../../setup/speed/http.mjs";
import { pause } from "../program.ts";
import type { Machine } from "./machine.ts";
import { reach, wasCut } from "./reach.ts";

/** One request. */
export interface Request {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutSeconds?: number;
  /** The further time for which a port is tried again that nobody listens on yet; once when it is left out. */
  readonly connectSeconds?: number;
}

/** The answer to it. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** The cookies that it sets, as the header says them; left out where there are none. */
  readonly cookies?: readonly string[];
}

/**
 * The further time in which the client has to reach a gateway with TLS, in seconds: on a busy host a process is slow to start,
 * which says nothing of who is asked. Where TLS tells that it has begun, the time for an answer counts from then.
 */
const startSeconds = 10;

/** There was no answer: it did not come in time, or the connection was closed without one. */
export class NoAnswer extends Error {}

/**
 * Asks over HTTP from where the gateway runs, through its `nc`.
 *
 * It works the same on this machine and on a host behind SSH, and sees what the gateway will see. Throws a NoAnswer
 * when there is none within `timeoutSeconds` (5 by default; of a gateway with TLS since it was reached), or the connection is
 * closed without one. A request during which the connection to the host was cut shows nothing of who was asked, and is repeated.
 */
export async function request(machine: Machine, target: Target, asked: Request): Promise<Answer> {
  await reach();
  try {
    return await requestOnce(machine, target, asked);
  } catch (error) {
    if (!(await wasCut((error as Error).message))) throw error;
    await reach();
    return requestOnce(machine, target, asked);
  }
}

async function requestOnce(
  machine: Machine,
  target: Target,
  {
    path,
    method = "GET",
    headers = {},
    body,
    timeoutSeconds: answerSeconds = 5,
    connectSeconds = 0,
  }: Request,
): Promise<Answer> {
  const { secure } = target;
  const timeoutSeconds = answerSeconds + connectSeconds;
  const limit = new Limit(timeoutSeconds + (secure === undefined ? 0 : startSeconds));
  const authority =
    secure?.certificates === "internal" ? await authorityOf(machine, target.gateway) : undefined;
  const tunnel = machine.open(target.gateway, [
    "timeout",
    String(limit.seconds + 1),
    ...connecting(target, connectSeconds),
  ]);
  let complaint = "";
  tunnel.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  tunnel.on("error", (error) => (complaint = error.message)); // there is no client to open it
  tunnel.stdin.on("error", () => undefined); // the answer, or its absence, tells more than a closed pipe
  // Node closes a program's input the moment it ends, when its last output may still be on the way.
  const input = new PassThrough();
  input.pipe(tunnel.stdin);

  const ended = new Promise((resolve) => tunnel.on("close", resolve));

  const answer = new Promise<Answer>((resolve, reject) => {
    const fail = (error: Error): void => {
      // What the client has to say of it may come a moment after the connection ended.
      void Promise.race([ended, pause(1)]).then(() => {
        const said = [...new Set(complaint.trim().split("\n"))].join("\n");
        const other = secure === undefined ? "the connection was refused or closed" : error.message;
        if (limit.signal.aborted)
          reject(new NoAnswer(`no answer within ${limit.seconds} s`, { cause: error }));
        else reject(said === "" ? new NoAnswer(other, { cause: error }) : new Error(said, { cause: error }));
      });
    };
    const sent = http.request(
      {
        method,
        path,
        headers: { host: secure?.domain ?? target.host, ...headers, connection: "close" },
        createConnection: () => {
          const socket = Duplex.from({ readable: tunnel.stdout, writable: input });
          if (secure === undefined) return socket;
          const connected = tls.connect({
            socket,
            servername: secure.domain,
            ...defined({ ca: authority }),
          });
          return connected.once("secureConnect", () => {
            limit.restart(timeoutSeconds);
          });
        },
        signal: limit.signal,
      },
      (response) => {
        readAnswer(response).then(resolve, fail);
      },
    );
    sent.on("error", fail);
    sent.end(body);
  });
  return answer.finally(() => {
    limit.end();
    tunnel.kill();
  });
}

/** A time limit that may begin anew. */
class Limit {
  /** The time that is allowed since its last beginning. */
  seconds: number;
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout;

  constructor(seconds: number) {
    this.seconds = seconds;
    this.timer = this.begin();
  }

  /** Aborted when the time is up. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  restart(seconds: number): void {
    this.end();
    this.seconds = seconds;
    this.timer = this.begin();
  }

  end(): void {
    clearTimeout(this.timer);
  }

  private begin(): NodeJS.Timeout {
    return setTimeout(() => {
      this.controller.abort();
    }, this.seconds * 1000);
  }
}

/** Reads an answer to its end. */
export async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const body = await text(response);
  const cookies = response.headers["set-cookie"];
  return { status: response.statusCode ?? 0, body, ...defined({ cookies }) };
}

/** The time before a port is tried again, in seconds: a try is a process, which is little. */
const againSeconds = 0.1;

/** Connects at the first try that succeeds: one that fails has read nothing of the request yet. */
const persistently = `left=$2; until nc "$0" "$1"; do left=$((left - 1)); [ $left -gt 0 ] || exit 1; sleep ${againSeconds}; done`;

/** The command that connects to the target where the gateway runs. */
function connecting({ host, port }: Target, seconds: number): string[] {
  if (seconds === 0) return ["nc", host, String(port)];
  return ["sh", "-c", persistently, host, String(port), String(Math.round(seconds / againSeconds))];
}

/** The certificates of gateways' own authorities, by gateway: they stay the same for ten years. */
const authorities = new Map<string, Promise<string>>();

/** Fetches the certificate of the gateway's own authority, while there is something else to wait for. */
export async function knowAuthority(machine: Machine, gateway: string): Promise<void> {
  await authorityOf(machine, gateway).catch(() => undefined); // told when it is needed
}

/** The certificate of the gateway's own authority. */
export function authorityOf(machine: Machine, gateway: string): Promise<string> {
  let found = authorities.get(gateway);
  if (found === undefined) {
    found = machine.run(gateway, ["cat", "/data/caddy/pki/authorities/local/root.crt"]);
    // A gateway that has only just started has none yet.
    found.catch(() => authorities.delete(gateway));
    authorities.set(gateway, found);
  }
  return found;
}
