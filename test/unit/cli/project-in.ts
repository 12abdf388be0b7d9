import { join } from "node:path";
import { application } from "../../../application.ts";
import { readInstallation, type Project } from "../../../cli/project.ts";

/** A project in a folder with a package.json, as `openProject` gives it; the application is the sample. */
export function projectIn(root: string): Project {
  return {
    ...readInstallation(root, { PULUMI_HOME: join(root, "home") }),
    root,
    privateFolder: join(root, ".towpath"),
    name: "towpath",
    application,
  };
}
