/** What Pulumi runs: index.ts, as one compiled file. `main` in package.json names this file. */
import { fileURLToPath, URL } from "node:url";
import { compiled } from "./compiled.mjs";

/** @type {unknown} */
const program = await import(await compiled(fileURLToPath(new URL("..", import.meta.url)), "index.ts"));
export default /** @type {{ default: Record<string, unknown> }} */ (program).default;
