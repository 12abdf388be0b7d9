/** The exports of `import … from "towpath"`. */
import { fileURLToPath, URL } from "node:url";
import { compiled } from "./speed/compiled.mjs";

const address = await compiled(fileURLToPath(new URL("..", import.meta.url)), "components/index.ts");
/** @type {unknown} */
const loaded = await import(address);
export const { defineApplication, deploy, loadSettings } =
  /** @type {typeof import("../components/index.ts")} */ (loaded);
