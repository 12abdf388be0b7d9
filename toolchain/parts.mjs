/**
 * The programs that the toolchain builds, where they go, and which version each has.
 */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The folder of the Go module. */
export const toolchain = import.meta.dirname;

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {string} npm the npm package whose version the program has
 * @property {string} source the Go package of the program
 * @property {string} versionVariable the Go variable that holds the version
 * @property {(home: string, version: string) => string} file where Pulumi looks for the program
 */

/** The variable of Pulumi's SDK that its own programs take their version from. */
const pulumiVersion = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** @type {readonly Part[]} */
export const parts = [
  {
    name: "cli",
    npm: "pulumi",
    source: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    versionVariable: pulumiVersion,
    file: (home, version) => join(home, "versions", version, "bin", executable("pulumi")),
  },
  {
    name: "language-nodejs",
    npm: "pulumi",
    source: "./language-nodejs",
    versionVariable: pulumiVersion,
    file: (home, version) => join(home, "versions", version, "bin", executable("pulumi-language-nodejs")),
  },
  plugin("command", "./pulumi-resource-command"),
  plugin("random", "./pulumi-resource-random"),
  plugin("github", "./pulumi-resource-github"),
  plugin("docker", "./docker"),
];

/** @param {string} name @param {string} source @returns {Part} */
function plugin(name, source) {
  const program = `pulumi-resource-${name}`;
  return {
    name,
    npm: `@pulumi/${name}`,
    source,
    versionVariable: "main.version",
    file: (home, version) => join(home, "plugins", `resource-${name}-v${version}`, executable(program)),
  };
}

/** @param {string} name */
function executable(name) {
  return process.platform === "win32" ? `${name}.exe` : name;
}

/** The folder that Pulumi keeps its programs in. */
export function pulumiHome(environment = process.env) {
  // An empty variable counts as none, as it does for Pulumi.
  return environment.PULUMI_HOME === "" || environment.PULUMI_HOME === undefined
    ? join(homedir(), ".pulumi")
    : environment.PULUMI_HOME;
}

/** The versions that the project depends on. @returns {Record<string, string>} */
export function pinnedVersions() {
  /** @type {unknown} */
  const manifest = JSON.parse(readFileSync(join(toolchain, "..", "package.json"), "utf8"));
  return /** @type {{ dependencies: Record<string, string> }} */ (manifest).dependencies;
}

/** The lowest version of Go that the module builds with, such as `1.26.0`. */
export function neededGo() {
  const found = /^go (\S+)$/m.exec(readFileSync(join(toolchain, "go.mod"), "utf8"));
  if (!found?.[1]) throw new Error("toolchain/go.mod: has no line that says go <version>");
  return found[1];
}
