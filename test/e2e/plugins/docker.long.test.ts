import { execa } from "execa";
import { pluginFile, pulumiFolder, readInstallation } from "../../../cli/project.ts";
import { describeGoTests } from "../../support/go-tests.ts";
import { join } from "node:path";

// As the plugin was built, so that what both need is not compiled once more.
const asThePlugin = { GOFLAGS: "-trimpath" };

describeGoTests(
  "the docker plugin that is installed",
  "docker/conformance",
  {
    // Compares two plugins; there is only one here.
    without: ["TestStateIsInterchangeable"],
    flags: async () => {
      const project = readInstallation();
      const docker = project.plugins.find(({ name }) => name === "docker");
      if (docker === undefined) throw new Error("package.json: no docker plugin");
      const plugin = pluginFile(project.pulumiHome, docker);
      const { stdout } = await execa("go", ["version", "-m", plugin]);
      const isOwn = stdout.includes("towpath.dev/toolchain");
      const cli = join(pulumiFolder(project), "pulumi");
      // More at once than there are cores: the three tests of an engine that stops answering wait for up to a minute, and the
      // others have to keep the cores busy meanwhile.
      return ["-parallel=8", "-plugin", plugin, "-cli", cli, ...(isOwn ? ["-subset"] : [])];
    },
  },
  asThePlugin,
);
