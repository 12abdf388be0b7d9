import { askDocker, pull } from "./host-engine.ts";
import type { HostView } from "./host-view.ts";
import { askingRun, lookSeconds, printedBy } from "./isolated-run.ts";
import type { RegistryAccount } from "./registry-account.ts";
import { restartingIn, restartsQuestion } from "./restarting.ts";
import { limitArguments } from "./run-limits.ts";
import type { HostConnection } from "./ssh-config.ts";

/** A host with a Docker engine, whose connection is open. `account` signs in to the registry that it pulls from. */
export function dockerView(connection: HostConnection, account?: RegistryAccount): HostView {
  return {
    run: async (copy, command, timeoutSeconds) => {
      const { succeeded, stdout } = await askDocker(connection, ["exec", copy, ...command], timeoutSeconds);
      return succeeded ? stdout : undefined;
    },
    restarting: async (copies) =>
      restartingIn((await askDocker(connection, restartsQuestion(copies))).stdout),
    look: async (look) => {
      const problem = await pull(connection, look.image, account);
      if (problem !== undefined) return { problem: `no image: ${problem}` };
      return printedBy(look, async (run) => {
        const end = await askDocker(connection, run.arguments, lookSeconds);
        // One that was not done in time would go on.
        if (!end.succeeded) await askDocker(connection, ["rm", "--force", run.name]);
        return end;
      });
    },
    ask: async ({ image, script, input, limits }) => {
      const problem = await pull(connection, image, account);
      if (problem !== undefined) return { problem: `no image: ${problem}` };
      const run = askingRun(image, script, limits);
      const end = await askDocker(connection, run.arguments, lookSeconds, undefined, input);
      if (end.succeeded) return { printed: end.stdout };
      // One that was not done in time would go on.
      await askDocker(connection, ["rm", "--force", run.name]);
      return { problem: end.stderr.trim() };
    },
    read: async ({ volume, path, image, limits }) => {
      // A volume that is not there would be made by looking into it.
      const { succeeded } = await askDocker(connection, ["volume", "inspect", volume]);
      if (!succeeded) return { problem: "absent" };
      const answer = await askDocker(
        connection,
        [
          "run",
          "--rm",
          "--network",
          "none",
          "--volume",
          `${volume}:/data:ro`,
          ...limitArguments(limits),
          "--entrypoint",
          "cat",
          image,
          `/data/${path}`,
        ],
        lookSeconds,
      );
      if (answer.succeeded) return { text: answer.stdout };
      return { problem: /no such file/i.test(answer.stderr) ? "absent" : "unreadable" };
    },
  };
}
