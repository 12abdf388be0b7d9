import { posix } from "node:path";
import type { ImageDescription } from "../../../components/application/description.ts";
import { isTowpathsArgument } from "../../../components/application/build-arguments.ts";
import { isSecret } from "../variables.ts";
import type { DockerfileFacts } from "../dockerfile.ts";
import { inParts, unsaid, without, type KeyRule } from "./keys.ts";
import { named, taken } from "./report.ts";
import { entriesOf, fieldOf, shownPlace, textOf, type Fields, type Value } from "./value.ts";
import { outside } from "./reading.ts";

/** The folder that a build sees and its Dockerfile, from the repository's root. */
export interface BuildPaths {
  readonly context: string;
  readonly dockerfile: string;
}

/** The paths of a build; undefined where its context is an address, or its paths are none of the repository's. */
export function buildPaths(own: Fields): BuildPaths | undefined {
  const build = fieldOf(own, "build");
  if (build === undefined) return undefined;
  const given = fieldOf(build, "context");
  const context = pathIn(textOf(given) ?? ".", (given ?? build).place.source.base);
  const dockerfile =
    context === undefined ? undefined : pathIn(textOf(fieldOf(build, "dockerfile")) ?? "Dockerfile", context);
  return context === undefined || dockerfile === undefined ? undefined : { context, dockerfile };
}

function pathIn(given: string, base: string): string | undefined {
  const whole = posix.normalize(posix.join(base, given)).replace(/\/$/, "").replace(/^\.$/, "");
  return isAddress(given) || given.startsWith("/") || /^\.\.(?:\/|$)/.test(whole) ? undefined : whole;
}

function isAddress(text: string): boolean {
  return /^(?:[a-z+]+:\/\/|git@|github\.com\/)/.test(text);
}

/** The problem of a build that sees what is not in the repository. */
export function buildProblems(name: string, own: Fields): string[] {
  const build = fieldOf(own, "build");
  const [context, dockerfile] = [fieldOf(build, "context"), fieldOf(build, "dockerfile")];
  if (build === undefined || buildPaths(own) !== undefined || isAddress(textOf(context) ?? "")) return [];
  const isContext = pathIn(textOf(context) ?? ".", (context ?? build).place.source.base) === undefined;
  const [key, value] = isContext ? ["context", context] : ["dockerfile", dockerfile];
  return [
    `${shownPlace((value ?? build).place)}: services.${name}.build.${key}: ${outside(textOf(value) ?? "")}`,
  ];
}

/** The description of an image that is built here, for a project in a folder of the repository. */
export function imageOf(
  own: Fields,
  { context, dockerfile }: BuildPaths,
  folder: string,
  facts: DockerfileFacts | undefined,
): ImageDescription {
  const build = fieldOf(own, "build");
  const target = textOf(fieldOf(build, "target"));
  const isDevelopment = target !== undefined && target.toLowerCase() === facts?.devTarget;
  const released = isDevelopment ? facts.target : target;
  const args = Object.fromEntries(
    entriesOf(fieldOf(build, "args")).flatMap(([name, { value }]) => {
      const text = argument(name, value);
      return text === undefined ? [] : [[name, text]];
    }),
  );
  const file = posix.relative(context, dockerfile);
  return {
    context: posix.relative(folder, context).replace(/^(?=[~\\])/, "./") || ".",
    ...(file !== "Dockerfile" && { dockerfile: file }),
    ...(released !== undefined && { target: released }),
    ...(Object.keys(args).length > 0 && { args }),
    ...(isDevelopment && { dev: { target } }),
  };
}

/** The value of a build argument; undefined where it is not taken over. */
function argument(name: string, value: Value): string | undefined {
  const text = textOf(value) ?? "";
  return isTowpathsArgument(name) || isSecret(name.toUpperCase(), text) || !/^[A-Za-z_]\w*$/.test(name)
    ? undefined
    : text;
}

const args: KeyRule = (given) => ({
  rows: entriesOf(given.value).map(([name, { place, value }]) => {
    const key = { place, path: `${given.path}.${name}` };
    if (isTowpathsArgument(name))
      return named(key, "Towpath sets this argument itself", "let the Dockerfile take Towpath's value");
    if (argument(name, value) === undefined)
      return named(
        key,
        "an argument stays readable in the image, and this seems to be a secret",
        "read it when the program runs",
      );
    return value.kind === "scalar" && value.uses.some(({ from }) => from === "given")
      ? named(
          key,
          "the value of this machine is taken, everywhere",
          "look whether it is the same in production",
        )
      : taken(key, "an argument of the image");
  }),
});

/** The rule of `build`. */
export const build: KeyRule = (given) => {
  const paths = buildPaths(given.service.own);
  if (paths === undefined)
    return unsaid(
      "an image is built from this repository",
      "add what is there to the repository, and build it from there",
    )(given);
  return inParts(
    {
      context: (key) => ({ rows: [taken(key, `the image's context ${paths.context || "."}`)] }),
      dockerfile: (key) => ({ rows: [taken(key, "the image's Dockerfile")] }),
      target: (key) => ({ rows: [taken(key, "the image's target")] }),
      args,
      dockerfile_inline: unsaid("a Dockerfile is a file", "write it into one"),
      additional_contexts: unsaid("a build sees one folder", "widen its context, or copy from an image"),
      secrets: unsaid(
        "a build is given no secrets",
        "fetch what needs them before, or when the program runs",
      ),
      ssh: unsaid("a build is given no keys", "fetch what needs them before"),
      network: unsaid("a build has the engine's own network", "do without it"),
      extra_hosts: unsaid("a build has the engine's own names", "do without it"),
      privileged: unsaid("a build has no rights on the machine", "do without it"),
      entitlements: unsaid("a build has no rights on the machine", "do without it"),
      platforms: unsaid(
        "an image is built for the machine that builds it",
        "build where hosts have that processor",
      ),
      shm_size: without("a build has the engine's own limits"),
      ulimits: without("a build has the engine's own limits"),
      cache_from: without("a build takes what this engine has built before"),
      cache_to: without("a build takes what this engine has built before"),
      no_cache: without("a build takes what this engine has built before"),
      pull: without("a build takes the base image that is there"),
      labels: without("Towpath labels what it makes"),
      tags: without("Towpath names what it builds"),
      isolation: without("the engine's own runtime builds it"),
      provenance: without("an image carries its commit and version as labels"),
      sbom: without("an image carries its commit and version as labels"),
    },
    unsaid("Compose has no such key that Towpath knows", "look whether it is misspelled"),
  )(given);
};
