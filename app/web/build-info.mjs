// Writes the facts of the build, taken from the BUILD_* variables, into the file that is named.
import { writeFileSync } from "node:fs";

const fact = (name) => process.env[name] ?? "";
const facts = {
  version: fact("BUILD_VERSION") || "development",
  commit: fact("BUILD_COMMIT"),
  build_time: fact("BUILD_TIME"),
  build_number: fact("BUILD_NUMBER"),
  branch: fact("BUILD_BRANCH"),
};
writeFileSync(process.argv[2], `${JSON.stringify(facts, null, 2)}\n`);
