import { spawn } from "node:child_process";
import { neededGo, toolchain } from "./parts.mjs";

/** Says where Go comes from, and why anybody should want it. */
const installGo = (/** @type {string} */ needed) =>
  `install Go ${needed} or newer (https://go.dev/dl), it builds the Pulumi CLI and its plugins where downloads are blocked`;

/**
 * Checks that Go is there and new enough.
 *
 * @param {AbortSignal | undefined} signal
 * @throws {Error} `go: not found; …` or `go: too old, got 1.22.1; …`
 */
export async function checkGo(signal) {
  const needed = neededGo();
  const shown = needed.split(".").slice(0, 2).join(".");
  /** @type {string} */
  let answer;
  try {
    // Go would fetch a newer version of itself for the module; outside of it, it says its own.
    answer = await run("go", ["env", "GOVERSION"], { cwd: "/", signal });
  } catch (error) {
    if (isMissing(error)) throw new Error(`go: not found; ${installGo(shown)}`, { cause: error });
    throw error;
  }
  const found = /go(\d+)\.(\d+)/.exec(answer);
  const [major = 0, minor = 0] = needed.split(".").map(Number);
  const [foundMajor, foundMinor] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
  if (foundMajor < major || (foundMajor === major && foundMinor < minor)) {
    throw new Error(`go: too old, got ${answer.trim().replace(/^go/, "")}; ${installGo(shown)}`);
  }
}

/**
 * Builds one program.
 *
 * @param {object} build
 * @param {string} build.source the Go package
 * @param {string} build.variable the Go variable of the version
 * @param {string} build.version
 * @param {string} build.output the file to write
 * @param {(line: string) => void} build.onDetail is called with what Go is at
 * @param {AbortSignal | undefined} build.signal
 */
export async function goBuild({ source, variable, version, output, onDetail, signal }) {
  let downloaded = 0;
  let compiled = 0;
  /** @param {string} line */
  const onLine = (line) => {
    if (line.startsWith("go: downloading ")) {
      downloaded += 1;
      onDetail(`${downloaded} modules downloaded, ${line.slice("go: downloading ".length)}`);
    } else if (isPackage(line)) {
      compiled += 1;
      onDetail(`${compiled} packages compiled`);
    }
  };
  const ldflags = `-s -w -X ${variable}=${version}`;
  const flags = ["-v", "-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags", ldflags];
  await run("go", ["build", ...flags, "-o", output, source], { cwd: toolchain, signal, onLine });
}

/**
 * Runs a command and returns its standard output.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, signal: AbortSignal | undefined, onLine?: (line: string) => void }} settings `onLine` gets
 *   the lines of the standard error
 * @returns {Promise<string>}
 */
function run(command, args, { cwd, signal, onLine = () => undefined }) {
  // Nothing that the person has set for their own Go projects may change what is built; no C compiler is needed.
  const env = { ...process.env, GOFLAGS: "", GOWORK: "off", CGO_ENABLED: "0" };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, signal, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    /** @type {string[]} */
    const problems = [];
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (/** @type {string} */ text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        onLine(line);
        if (!isProgress(line)) problems.push(line);
      }
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (rest) problems.push(rest);
      if (code === 0) resolve(stdout);
      else
        reject(
          new Error(`${command} ${args[0]}: failed, exit code ${code}\n${problems.slice(-20).join("\n")}`),
        );
    });
  });
}

/** Tells Go's lines of progress from its errors. @param {string} line */
function isProgress(line) {
  return line.startsWith("go: downloading ") || isPackage(line);
}

/** A package's path, which `go build -v` prints when the package is compiled. @param {string} line */
function isPackage(line) {
  return /^[\w.]+(\/[\w.~-]+)*$/.test(line);
}

/** @param {unknown} error */
function isMissing(error) {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
