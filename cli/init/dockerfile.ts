import type { Health } from "../../components/application/application.ts";
import { instructionsOf } from "../../components/application/dockerfile.ts";
import { defined } from "../../components/input/defined.ts";

/** The facts in a Dockerfile about the service that its image runs. */
export interface DockerfileFacts {
  /** The stage to ship, where it is not the last one. */
  readonly target?: string;
  /** The stage for development, if one has a command of its own. */
  readonly devTarget?: string;
  /** The TCP ports that it exposes, as they are written. */
  readonly ports: readonly number[];
  readonly health?: Health;
  /** The paths that it copies from its context. */
  readonly sources: readonly string[];
}

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

interface Stage {
  readonly name: string | undefined;
  readonly base: string;
  readonly instructions: Instruction[];
}

const developmentStage = /^dev(?:elopment)?$/;
const unshippedStage = /^(?:dev(?:elopment)?|tests?|testing|debug|lint|ci)$/;

/** Reads a Dockerfile; undefined when it has no stage. */
export function readDockerfile(text: string): DockerfileFacts | undefined {
  const { globals, stages } = stagesIn(text);
  const last = stages.at(-1);
  const shipped = stages.findLast(({ name }) => name === undefined || !unshippedStage.test(name)) ?? last;
  if (shipped === undefined) return undefined;
  const [instructions, devTarget] = [whole(stages, shipped), devStage(stages, shipped)];
  const variables = variablesIn([...globals, ...instructions]);
  const ports = portsIn(instructions, variables);
  const { health, port } = healthIn(instructions, variables, ports[0]);
  return {
    ...(shipped !== last && shipped.name !== undefined && { target: shipped.name }),
    ...defined({ devTarget }),
    ports: ports.length === 0 && port !== undefined ? [port] : ports,
    ...defined({ health }),
    sources: [...new Set(stages.flatMap((stage) => stage.instructions.flatMap(sourcesOf)))],
  };
}

function stagesIn(text: string): { globals: Instruction[]; stages: Stage[] } {
  const [globals, stages]: [Instruction[], Stage[]] = [[], []];
  for (const line of instructionsOf(text)) {
    const [, word = "", rest = ""] = /^\s*(\S+)\s*(.*?)\s*$/.exec(line) ?? [];
    const instruction = { word: word.toUpperCase(), rest };
    const from = /^(?:--\S+\s+)*(\S+)(?:\s+as\s+(\S+))?$/i.exec(rest);
    if (instruction.word === "FROM" && from !== null) {
      const [, base = "", name] = from;
      stages.push({ name: name?.toLowerCase(), base: base.toLowerCase(), instructions: [] });
    } else (stages.at(-1)?.instructions ?? globals).push(instruction);
  }
  return { globals, stages };
}

/** A stage's instructions after those of the stages that it begins with. */
function whole(stages: readonly Stage[], stage: Stage): Instruction[] {
  const base = stages.slice(0, stages.indexOf(stage)).findLast(({ name }) => name === stage.base);
  return [...(base === undefined ? [] : whole(stages, base)), ...stage.instructions];
}

/** The stage for development: one without a command would run what its base image does, and one with other ports is not found. */
function devStage(stages: readonly Stage[], shipped: Stage): string | undefined {
  const stage = stages.findLast(({ name }) => name !== undefined && developmentStage.test(name));
  if (stage === undefined) return undefined;
  const instructions = whole(stages, stage);
  const exposed = (of: readonly Instruction[]): string =>
    of.flatMap(({ word, rest }) => (word === "EXPOSE" ? [rest] : [])).join();
  const ports = exposed(instructions);
  const runs = instructions.some(({ word }) => word === "CMD" || word === "ENTRYPOINT");
  return runs && (ports === "" || ports === exposed(whole(stages, shipped))) ? stage.name : undefined;
}

type Variables = ReadonlyMap<string, string>;

/** The values of ARG and ENV, the later ones first. */
function variablesIn(instructions: readonly Instruction[]): Variables {
  const variables = new Map<string, string>();
  for (const { word, rest } of instructions) {
    if (word !== "ARG" && word !== "ENV") continue;
    const pairs = rest.includes("=")
      ? [...rest.matchAll(/([A-Za-z_]\w*)=("[^"]*"|'[^']*'|\S*)/g)]
      : [/^(\w+)\s+(.*)$/.exec(rest) ?? []];
    for (const [, name, value = ""] of pairs)
      if (name !== undefined) variables.set(name, filledIn(value.replace(/^(["'])(.*)\1$/, "$2"), variables));
  }
  return variables;
}

/** The text with the variables that are known; the others stay as they are written. */
function filledIn(text: string, variables: Variables): string {
  return text.replace(
    /\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g,
    (written, braced?: string, otherwise?: string, bare?: string) =>
      variables.get(braced ?? bare ?? "") ?? otherwise ?? written,
  );
}

function portsIn(instructions: readonly Instruction[], variables: Variables): number[] {
  const ports = instructions.flatMap(({ word, rest }) =>
    word === "EXPOSE"
      ? [...filledIn(rest, variables).matchAll(/(?:^|\s)(\d+)(?:\/tcp)?(?=\s|$)/gi)].map(([, port]) =>
          Number(port),
        )
      : [],
  );
  return [...new Set(ports)].filter((port) => port >= 1 && port <= 65535);
}

const ownUrl =
  /http:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])(?::(\d+|\$[^/\s"'`]+))?(\/[^\s"'`|;)\\#]*)?(?=["'`\s|;)\\#]|$)/;

/** The path, and the port where one is written, that a command asks on its own machine; undefined where it asks for none. */
export function healthUrl(command: string): { path: string; port?: number } | undefined {
  const url = ownUrl.exec(command) ?? ownAddress.exec(command);
  if (url === null || url[1]?.startsWith("$") === true) return undefined;
  return { path: url[2] ?? "/", ...(url[1] !== undefined && { port: Number(url[1]) }) };
}

/** What curl and wget take for an address, too. */
const ownAddress =
  /(?:curl|wget)\s(?:.*\s)?(?:localhost|127\.0\.0\.1)(?::(\d+))?(\/[^\s"'`|;)\\#]*)?(?=["'`\s|;)\\#]|$)/;

/** The image's health check: the path that is asked for on the service's port, else the command. */
function healthIn(
  instructions: readonly Instruction[],
  variables: Variables,
  exposed: number | undefined,
): { health?: Health; port?: number } {
  const { rest = "" } = instructions.findLast(({ word }) => word === "HEALTHCHECK") ?? {};
  const written = /^(?:--\S+\s+)*CMD\s+(.*)$/is.exec(rest)?.[1];
  if (written === undefined) return {};
  const url = ownUrl.exec(filledIn(written, variables));
  const port = url === null || url[1]?.startsWith("$") === true ? exposed : Number(url[1] ?? 80);
  if (url !== null && (exposed === undefined || port === exposed))
    return { health: { path: url[2] ?? "/" }, ...defined({ port }) };
  return { health: { command: wordsOf(written) ?? ["sh", "-c", written] } };
}

/** The words of a command in Docker's exec form. */
function wordsOf(written: string): string[] | undefined {
  try {
    const words: unknown = JSON.parse(written);
    const isWords =
      Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === "string");
    return isWords ? words : undefined;
  } catch {
    return undefined;
  }
}

/** The paths that a COPY or ADD takes from the context, without those that nobody can know before the build. */
function sourcesOf({ word, rest }: Instruction): string[] {
  if ((word !== "COPY" && word !== "ADD") || rest.includes("--from=") || rest.includes("<<")) return [];
  const written = rest.replace(/^(?:--\S+\s+)+/, "");
  const words = wordsOf(written) ?? written.split(/\s+/);
  return words.slice(0, -1).filter((source) => !/\$|^[a-z+]+:\/\/|^git@/i.test(source));
}
