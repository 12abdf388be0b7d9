import { execa } from "execa";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const version = "2.40.3";

/** Docker Compose, built from its Go module where it is not there yet; the file of the program. */
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
    // A module of its own: Compose's has exclusions, which `go install` refuses.
    writeFileSync(join(folder, "go.mod"), "module bench\n\ngo 1.24.0\n");
    const source = "github.com/docker/compose/v2/cmd";
    const go = execa({
      cwd: folder,
      env: { GOFLAGS: "-mod=mod", GOWORK: "off", CGO_ENABLED: "0" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    await go`go get ${source}@v${version}`;
    const flags = `-s -w -X github.com/docker/compose/v2/internal.Version=${version}`;
    await go`go build -trimpath -ldflags ${flags} -o docker-compose ${source}`;
    renameSync(join(folder, "docker-compose"), program);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return program;
}
