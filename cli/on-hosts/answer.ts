import { request } from "node:https";
import { TLSSocket } from "node:tls";

/** The answer of an environment's address, as users here get it. */
export interface Answer {
  /** The status code; left out where there was no answer. */
  readonly status?: number;
  /** The time until it came, in milliseconds. */
  readonly milliseconds: number;
  /** The reason that users get no page. */
  readonly problem?: string;
}

/** The time that an answer may take, in milliseconds. */
const patience = 5000;

/**
 * Asks an address as users do, from this machine.
 *
 * @param trusted true where the certificate has to be one that browsers trust
 */
export function answerOf(url: string, trusted: boolean): Promise<Answer> {
  const began = Date.now();
  const took = (): number => Date.now() - began;
  return new Promise((resolve) => {
    const asked = request(
      url,
      {
        agent: false,
        headers: { "user-agent": "towpath status" },
        rejectUnauthorized: false,
        signal: AbortSignal.timeout(patience),
      },
      (response) => {
        const { socket, statusCode: status = 0 } = response;
        const distrusted = trusted && socket instanceof TLSSocket && !socket.authorized;
        const reason = distrusted ? String(socket.authorizationError) : undefined;
        response.destroy();
        resolve({
          status,
          milliseconds: took(),
          ...(reason !== undefined && { problem: untrusted(reason) }),
        });
      },
    );
    asked.on("error", (error: NodeJS.ErrnoException) => {
      const late = error.name === "AbortError" || error.name === "TimeoutError";
      resolve({
        milliseconds: took(),
        problem: late ? `no answer within ${patience / 1000} s` : (words[error.code ?? ""] ?? error.message),
      });
    });
    asked.end();
  });
}

function untrusted(reason: string): string {
  return `a certificate that browsers do not trust (${reason})`;
}

/** The commonest reasons, in words. */
const words: Readonly<Record<string, string>> = {
  ENOTFOUND: "no address for that name in DNS",
  EAI_AGAIN: "no answer from DNS",
  ECONNREFUSED: "a refused connection",
  ECONNRESET: "a closed connection",
  EHOSTUNREACH: "no way to its address",
  ENETUNREACH: "no way to its address",
};
