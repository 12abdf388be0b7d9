/** The exports of `import … from "towpath/components"`. */
import { fileURLToPath, URL } from "node:url";
import { compiled } from "./speed/compiled.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
/** @type {unknown} */
const loaded = await import(await compiled(root, "components/environment/components.ts"));
export const {
  parseApplication,
  Check,
  BackingServices,
  Backups,
  ObjectStorage,
  Postgres,
  Redis,
  Gateway,
  GithubEnvironment,
  RepositoryRules,
  DockerHost,
  HealthGate,
  BuiltImage,
  PulledImage,
  Migration,
  namesOf,
  Release,
  Route,
  Workload,
  Secret,
  SecretFiles,
} = /** @type {typeof import("../components/environment/components.ts")} */ (loaded);
