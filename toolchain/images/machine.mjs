import { run } from "./command.mjs";

/**
 * Installs a program of this machine when it is not there.
 *
 * @param {string} program
 * @param {string} debianPackage
 * @param {{ lock: number, signal: AbortSignal }} build
 * @throws {Error} on machines without apt-get, and for other users than root
 */
export async function provide(program, debianPackage, { lock, signal }) {
  try {
    await run("which", [program]);
    return;
  } catch {
    // Not there: installed below.
  }
  try {
    if (process.getuid?.() !== 0) throw new Error("only root installs packages");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update"], { env, lock, signal });
    await run("apt-get", ["install", "--yes", "--no-install-recommends", debianPackage], {
      env,
      lock,
      signal,
    });
  } catch (error) {
    throw new Error(
      `${program}: not found; install it (apt-get install ${debianPackage} on Debian or Ubuntu), or run this as root there`,
      { cause: error },
    );
  }
}
