import { usualRoutes } from "./describe.ts";
import type { Found, FoundService } from "./find.ts";

/** Asks a person a question and returns the answer. */
export type Ask = (text: string) => Promise<string>;

/** Completes what was found by a person's answers to what no Dockerfile shows: ports, health paths, and routes. */
export async function askWhatIsMissing(found: Found, ask: Ask): Promise<Found> {
  const services: FoundService[] = [];
  for (const service of found.services) services.push(await withPortAndHealth(service, ask));
  const reached = services.filter(({ port }) => port !== undefined);
  if (reached.length < 2) return { ...found, services };
  const routed: FoundService[] = [];
  for (const service of services)
    routed.push(service.port === undefined ? service : await withRoutes(service, services, ask));
  return { ...found, services: routed };
}

async function withPortAndHealth(service: FoundService, ask: Ask): Promise<FoundService> {
  const { name } = service;
  const answered =
    service.port === undefined
      ? await valid(ask, `Which port does ${name} listen on? (none)`, /^(?:[1-9]\d{0,4})?$/, "a port")
      : String(service.port);
  if (answered === "") return service;
  const port = Number(answered);
  if (service.health !== undefined) return { ...service, port };
  const path = await valid(
    ask,
    `Which path does ${name} answer on port ${port} when it is ready? (none)`,
    /^(?:\/[^\s#]*)?$/,
    "a path such as /health",
  );
  return { ...service, port, ...(path !== "" && { health: { path } }) };
}

async function withRoutes(
  service: FoundService,
  services: readonly FoundService[],
  ask: Ask,
): Promise<FoundService> {
  const usual = usualRoutes(service, services);
  const answered = await valid(
    ask,
    `Which paths go to ${service.name}? (${usual.join(" ")})`,
    /^(?:\/\S*(?:\s+\/\S*)*)?$/,
    "paths such as /api/*",
  );
  return { ...service, routes: answered === "" ? usual : answered.split(/\s+/) };
}

/** The first answer that has the form. */
async function valid(ask: Ask, text: string, form: RegExp, what: string): Promise<string> {
  for (let words = text; ; words = `${text} Expected ${what}:`) {
    const answer = await ask(words);
    if (form.test(answer)) return answer;
  }
}
