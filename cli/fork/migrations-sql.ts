import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { download } from "../github/download.ts";
import type { Repository } from "../github/deployments.ts";
import type { Run } from "../process/run.ts";

/** The most of a file of SQL that is read, in bytes: it may be anybody's. */
const mostBytes = 1_000_000;

/**
 * Fetches the SQL of all migrations up to a commit, which the workflow that built its images left on GitHub.
 *
 * @param whose `isOwn`: only a build of this repository's own branches counts
 * @returns undefined where there is none, or more than anybody wrote by hand
 */
export async function fetchSql(
  { client, name }: Repository,
  commit: string,
  run: Run,
  { isOwn = false }: { readonly isOwn?: boolean } = {},
): Promise<string | undefined> {
  const found = await client.ask("GET /repos/{owner}/{repo}/actions/artifacts", {
    ...{ ...name, name: `migrations-${commit}`, per_page: 100 },
  });
  const artifact = found?.data.artifacts.find(
    ({ expired, size_in_bytes: size, workflow_run: build }) =>
      !expired &&
      size <= mostBytes &&
      build?.head_sha === commit &&
      (!isOwn || build.head_repository_id === build.repository_id),
  );
  if (artifact === undefined) return undefined;
  const address = await client.addressOf(
    "GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}",
    { ...name, artifact_id: artifact.id, archive_format: "zip" },
  );
  if (address === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "towpath-sql-"));
  try {
    const zip = join(folder, "sql.zip");
    await download(address, zip);
    // Cut while it is unpacked: a small zip may hold a file without end.
    const read = `unzip -p "$1" '*migrations.sql' | head -c ${mostBytes + 1}`;
    const { code, stdout } = await run("sh", ["-c", read, "sh", zip]);
    return code === 0 && stdout.length <= mostBytes ? stdout : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
