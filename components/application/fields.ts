import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { runningEnvironments } from "./running-services.ts";

const pathWords = expected('a path that starts with "/" and holds no spaces', 'for example "/api/health"');

/** The path of a request, perhaps with a query. */
export const requestPath = z.string(pathWords).regex(/^\/[^\s#]*$/, pathWords);

const commandWords = expected("a command with one item a word", 'for example ["alembic", "upgrade", "head"]');

/** A command that runs in a container. */
export const command = z.array(z.string(commandWords), commandWords).min(1, commandWords);

const onlyWords = expected(
  `environments out of ${runningEnvironments.join(", ")}`,
  'for example ["local"], or leave it out for all',
);

/** The environments that something is for. */
export const only = z.array(z.enum(runningEnvironments, onlyWords), onlyWords).min(1, onlyWords);
