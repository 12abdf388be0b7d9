import { execa } from "execa";
import { pluginFile, pulumiFolder, readProject } from "../../../cli/project.ts";
import { describeGoTests } from "../../support/go-tests.ts";
import { join } from "node:path";

describeGoTests("the docker plugin that is installed", "docker/conformance", {
  // Compares two plugins; there is only one here.
  without: ["TestStateIsInterchangeable"],
  flags: async () => {
    const project = readProject();
    const docker = project.plugins.find(({ name }) => name === "docker");
    if (docker === undefined) throw new Error("package.json: no docker plugin");
    const plugin = pluginFile(project.pulumiHome, docker);
    const { stdout } = await execa("go", ["version", "-m", plugin]);
    const isOwn = stdout.includes("towpath.dev/toolchain");
    const cli = join(pulumiFolder(project), "pulumi");
    return ["-plugin", plugin, "-cli", cli, ...(isOwn ? ["-subset"] : [])];
  },
});
