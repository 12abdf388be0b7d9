/** The recipe of docs/migration-tools.md whose project is built soonest; the others are in the long tests. */
import { runsAsDocumented } from "./tool-migrations.ts";

runsAsDocumented({
  heading: "node-pg-migrate",
  folder: "node-pg-migrate",
  base: "node",
  revisions: ["1700000000001", "1700000000002"],
  afterFailure: "1700000000002",
  plan: { takes: /^drops the column "old": / },
});
