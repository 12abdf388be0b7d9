/** The time that an answer may take, in milliseconds: a busy machine takes seconds for the first one. */
const patience = 10_000;

/** `fetch` with a limit of its own unless it gets another: without one, a request can wait for ever, for a port that is opened before anybody listens. */
export function request(url: string | URL, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { ...init, signal: init.signal ?? AbortSignal.timeout(patience) });
}
