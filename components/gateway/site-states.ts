import { indented } from "./caddyfile.ts";

/** The time after which a client of an environment in maintenance is asked to come again, in seconds. */
const retryAfterSeconds = 60;

/** The time that a request waits until the environment is awake, in seconds: longer than the activator tries. */
const wakeSeconds = 90;

/** Returns the question before each request: it is held while the environment wakes, its body unread. */
export function asksActivator(name: string, activator: string): string[] {
  return [
    "vars activator asked",
    `forward_auth ${activator} {`,
    ...indented([
      "uri /",
      `header_up Towpath-Preview ${name}`,
      // One that is away is not asked again for a while.
      "fail_duration 5s",
      "transport http {",
      "\tdial_timeout 2s",
      `\tresponse_header_timeout ${wakeSeconds}s`,
      "}",
    ]),
    "}",
    // Nothing is asked of the application twice.
    "vars activator answered",
  ];
}

/**
 * Returns the part by which an environment that is awake serves on while the activator is away: for requests that got as far
 * as being asked about, and no others, such as those without the password.
 */
export function withoutActivator(handles: readonly string[]): string[] {
  return [
    "handle_errors {",
    ...indented([
      "@unanswered vars activator asked",
      "handle @unanswered {",
      ...indented(["route {", ...indented(handles), "}"]),
      "}",
    ]),
    "}",
  ];
}

const maintenancePage =
  "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=width=device-width><title>Maintenance</title>" +
  "<body style='font:1.2rem system-ui;max-width:30rem;margin:20vh auto;padding:1rem'><h1>Back soon</h1>" +
  "<p>This site is being maintained. Please try again in a few minutes.";

/** The answer to those who are asked to come back later. */
export const maintenance = [
  "handle @maintenance {",
  ...indented([
    `header Retry-After ${retryAfterSeconds}`,
    "header Content-Type text/html",
    `respond "${maintenancePage}" 503`,
  ]),
  "}",
];
