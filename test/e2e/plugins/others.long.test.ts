import { readInstallation } from "../../../cli/project.ts";
import { describeGoTests } from "../../support/go-tests.ts";

const installed = { TOWPATH_TEST_HOME: readInstallation().pulumiHome };
const flags = (): Promise<readonly string[]> => Promise.resolve([]);

describeGoTests("the language host and the other plugins that are installed", "tests", { flags }, installed);
