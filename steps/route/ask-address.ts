import https from "node:https";
import { defined } from "../../components/input/defined.ts";
import { http } from "../../setup/speed/http.mjs";
import { NoAnswer, readAnswer, type Answer } from "../machine/http.ts";

/** The time for an answer of an address that is asked from here, in seconds: it may be far away. */
const timeoutSeconds = 10;

/** A request to an address. */
export interface AddressRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Where its host is in fact: what the name leads to is not asked for. */
  readonly at?: string;
  /** The certificate of the authority that is believed in place of the public ones. */
  readonly authority?: string;
}

/** Asks an address from this machine, as anybody would. Throws a NoAnswer when there is none. */
export async function askAddress({
  url,
  method = "GET",
  headers = {},
  body,
  at,
  authority,
}: AddressRequest): Promise<Answer> {
  const address = new URL(url);
  const limit = AbortSignal.timeout(timeoutSeconds * 1000);
  const { request } = address.protocol === "https:" ? https : http;
  const settings = {
    method,
    headers: { ...headers, host: address.host, connection: "close" },
    agent: false,
    signal: limit,
    ...defined({ ca: authority }),
    ...(at !== undefined && { hostname: at, servername: address.hostname }),
  };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      const said = limit.aborted ? `no answer within ${timeoutSeconds} s` : wordsOf(error);
      reject(new NoAnswer(said, { cause: error }));
    };
    const sent = request(address, settings, (response) => {
      readAnswer(response).then(resolve, fail);
    });
    sent.on("error", fail);
    sent.end(body);
  });
}

/** Several addresses of one name were tried where the error has no words of its own. */
function wordsOf(error: Error & { readonly code?: string; readonly errors?: readonly Error[] }): string {
  if (error.message !== "") return error.message;
  return error.errors?.[0]?.message ?? error.code ?? "the connection was closed";
}
