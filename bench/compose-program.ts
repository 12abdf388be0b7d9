import { execa } from "execa";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const version = "2.40.3";

/** Builds Docker Compose from its Go module where it is not there yet. Returns the file of the program. */
export async function composeProgram(say: (line: string) => void): Promise<string> {
  const cache = join(
    process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
    "towpath",
    `compose-${version}`,
  );
  const program = join(cache, "docker-compose");
  if (existsSync(program)) return program;
  say(`building Docker Compose ${version} …`);
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "build-"));
  try {
    const unfinished = join(folder, "docker-compose");
    const go = execa({
      // Its go.mod and go.sum name all that the program is made of.
      cwd: join(import.meta.dirname, "compose"),
      env: { GOFLAGS: "", GOWORK: "off", CGO_ENABLED: "0" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const flags = `-s -w -X github.com/docker/compose/v2/internal.Version=${version}`;
    await go`go build -mod=readonly -trimpath -buildvcs=false -ldflags ${flags} -o ${unfinished} github.com/docker/compose/v2/cmd`;
    renameSync(unfinished, program);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return program;
}
