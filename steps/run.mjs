/** Starts a step by its name: `node steps/run.mjs migrate`. */
import { fileURLToPath, URL } from "node:url";
import { compiled } from "../setup/speed/compiled.mjs";
import { showSourceLines } from "../setup/speed/source-lines.mjs";

// A defect of a step itself is shown by the lines of its sources.
showSourceLines();
const [program] = process.argv.slice(2);
await import(await compiled(fileURLToPath(new URL("..", import.meta.url)), `steps/programs/${program}.ts`));
