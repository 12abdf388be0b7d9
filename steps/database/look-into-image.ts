import { lookSeconds, printedBy, type Look, type Printed } from "../../components/migration/isolated-run.ts";
import { docker, DockerFailure, DockerTimeout } from "../machine/docker.ts";

/** What a command of an image prints in the surroundings in which the plan asks it. */
export function lookIntoImage(look: Look): Promise<Printed> {
  return printedBy(look, async (run) => {
    try {
      const stdout = await docker(run.arguments, { timeoutSeconds: lookSeconds });
      return { succeeded: true, stdout, stderr: "" };
    } catch (error) {
      if (!(error instanceof DockerFailure)) throw error;
      // One that was not done in time would go on.
      await docker(["rm", "--force", run.name]).catch(() => undefined);
      const stderr =
        error instanceof DockerTimeout
          ? `no answer within ${lookSeconds} s`
          : error.message.replace(/^docker run: /, "");
      return { succeeded: false, exitCode: error.exitCode, stdout: "", stderr };
    }
  });
}
