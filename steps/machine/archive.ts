import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { secretPaths } from "../../components/application/secret-paths.ts";

/** The secrets of a container with these variables, as the archive for its root. */
export function secretArchiveOf(
  secrets: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const files = Object.entries(secrets).flatMap(([name, value]) =>
    secretPaths(name, environment).map((path) => [path.slice(1), value] as const),
  );
  return archiveOf(Object.fromEntries(files));
}

/** Texts as the tar archive that `docker cp` takes; for every user of a container to read. */
export function archiveOf(files: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const archive = pack();
  for (const [name, value] of Object.entries(files)) archive.entry({ name, mode: 0o444 }, value);
  archive.finalize();
  return buffer(archive);
}
