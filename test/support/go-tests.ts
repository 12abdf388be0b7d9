import { execa } from "execa";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./source-tree.ts";

/** The outcome of one of Go's tests. */
export interface GoResult {
  readonly action: "pass" | "fail" | "skip";
  readonly output: string;
}

const module = join(checkout, "toolchain");

/** The time that a package's tests may take, in minutes: they are compiled first. */
const minutes = 25;

/** The names of a package's tests, from its files: asking Go for them would compile everything first. */
export function goTestNames(folder: string): string[] {
  const path = join(module, folder);
  const files = readdirSync(path).filter((name) => name.endsWith("_test.go"));
  return files.flatMap((file) =>
    [...readFileSync(join(path, file), "utf8").matchAll(/^func (Test\w+)\(t \*testing\.T\)/gm)].map(
      ([, name = ""]) => name,
    ),
  );
}

/** Runs the tests of one package, and returns the outcome of each. */
export async function runGoTests(
  folder: string,
  flags: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<ReadonlyMap<string, GoResult>> {
  const { stdout, stderr } = await execa(
    "go",
    ["test", "-mod=readonly", "-json", "-count=1", `-timeout=${minutes}m`, `./${folder}`, ...flags],
    {
      cwd: module,
      // As the toolchain builds: nothing of the person's own settings, and no C compiler.
      env: { GOFLAGS: "", GOWORK: "off", CGO_ENABLED: "0", ...environment },
      reject: false,
      stdin: "ignore",
      timeout: minutes * 60_000,
    },
  );
  const outputs = new Map<string, string>();
  const results = new Map<string, GoResult>();
  let rest = stderr;
  for (const line of stdout.split("\n")) {
    if (!line.startsWith("{")) continue;
    const {
      Action,
      Test,
      Output = "",
    } = JSON.parse(line) as { Action: string; Test?: string; Output?: string };
    // What is said below a test's parts belongs to the test.
    const test = Test?.split("/")[0];
    if (test === undefined) rest += Output;
    else if (Test === test && (Action === "pass" || Action === "fail" || Action === "skip"))
      results.set(test, { action: Action, output: outputs.get(test) ?? "" });
    else outputs.set(test, (outputs.get(test) ?? "") + Output);
  }
  if (results.size === 0) throw new Error(`go test ./${folder}: nothing was run\n${rest}`);
  return results;
}

/** Runs a package's tests once, and shows each as a test of mocha's. */
export function describeGoTests(
  title: string,
  folder: string,
  { without = [], flags }: { without?: readonly string[]; flags: () => Promise<readonly string[]> },
  environment: NodeJS.ProcessEnv = {},
): void {
  describe(title, function () {
    // All of them run before the first is shown.
    this.timeout(minutes * 60_000);

    let results: ReadonlyMap<string, GoResult>;

    before(async () => {
      results = await runGoTests(folder, await flags(), environment);
    });

    for (const name of goTestNames(folder).filter((one) => !without.includes(one))) {
      it(inWords(name), function () {
        const result = results.get(name);
        if (result?.action === "skip") this.skip();
        if (result?.action !== "pass") throw new Error(result?.output ?? "it was not run");
      });
    }
  });
}

/** `TestImageIsPushed` as `image is pushed`. */
function inWords(name: string): string {
  return name
    .replace(/^Test/, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase();
}
