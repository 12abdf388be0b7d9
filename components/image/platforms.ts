import type { HostFacts } from "../host/preflight.ts";

/** The platforms that an image in a registry is for. */
export interface Platforms {
  /** The platforms' names, such as `linux/amd64`; empty where the image does not say them. */
  readonly names: readonly string[];
  /** True when an engine chooses among them: it pulls the only one whatever that is. */
  readonly isList: boolean;
}

/** The kinds of processors whose programs a kind runs, other than its own. */
const alsoRun: Readonly<Record<string, readonly string[]>> = { amd64: ["386"], arm64: ["arm"] };

/** QEMU's names for the kinds that Docker calls otherwise. */
const qemuNames: Readonly<Record<string, string>> = {
  amd64: "x86_64",
  arm64: "aarch64",
  "386": "i386",
};

/** A platform as Docker writes it. */
export function platformName({ os, architecture }: { os: string; architecture: string }): string {
  return `${os}/${architecture}`;
}

/** Returns why a host cannot run an image; undefined when it can, or when nothing is known of the image. */
export function judgePlatforms(
  image: string,
  platforms: Platforms | undefined,
  { host, architecture, emulates }: { readonly host: string } & Pick<HostFacts, "architecture" | "emulates">,
): string | undefined {
  if (platforms === undefined || platforms.names.length === 0) return undefined;
  const { names, isList } = platforms;
  const runs = [architecture, ...(alsoRun[architecture] ?? [])].map((one) => `linux/${one}`);
  const isEmulated = (name: string): boolean => {
    const [os, kind = ""] = name.split("/");
    return os === "linux" && !isList && emulates.includes(qemuNames[kind] ?? kind);
  };
  if (names.some((name) => runs.includes(name) || isEmulated(name))) return undefined;
  return `images.${image}: has to run on linux/${architecture}, the platform of ${host}, got an image for ${names.join(", ")}; publish it on a machine of that kind, or take a host of the image's`;
}
