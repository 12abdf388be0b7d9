/** What Pulumi runs: index.ts, compiled. `main` in package.json names this file. */
import { fileURLToPath, URL } from "node:url";
import { compiled } from "./compiled.mjs";

const address = await compiled(fileURLToPath(new URL("..", import.meta.url)), "index.ts");
/** @type {unknown} */
const loaded = await import(address);
const program = /** @type {Record<string, unknown>} */ (loaded);
// The stack's outputs are the default export or, without one, the named exports, as Pulumi has it.
export default "default" in program ? program.default : { ...program };
