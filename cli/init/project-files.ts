import { stringify } from "yaml";
import type { ApplicationDescription } from "../../components/application/description.ts";
import { envFile } from "../../components/settings/env-file.ts";
import { literal } from "./literal.ts";

/** The facts that a project's own files are written from. */
export interface ProjectFacts {
  readonly application: ApplicationDescription;
  /** The repository on GitHub: `owner/name`. */
  readonly github?: string;
  /** What the settings of local say besides, by their names without `towpath:`. */
  readonly local?: Readonly<Record<string, unknown>>;
  /** One person's values of secrets and variables, by their names. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The texts of a project's own files, by their names. */
export function projectFiles({
  application,
  github,
  local = {},
  env = {},
}: ProjectFacts): Record<string, string> {
  const { name } = application;
  return {
    "Pulumi.yaml": pulumiYaml(name),
    "Pulumi.local.yaml": localYaml(local),
    ...(Object.keys(env).length > 0 && { [envFile]: envText(env) }),
    "Pulumi.ci.yaml": ciYaml(github),
    "Pulumi.staging.yaml": stagingYaml(name, github),
    "Pulumi.production.yaml": productionYaml(name, github),
    "application.ts": applicationTs(application),
    "index.ts": indexTs,
    "tsconfig.json": tsconfig,
  };
}

/** The module that Node loads before the program, by which a project of Towpath is known. */
export const preloaded = "towpath/fast";

function pulumiYaml(name: string): string {
  return `name: ${name}
description: The environments of ${name}
runtime:
  name: nodejs
  options:
    # Node runs TypeScript itself.
    typescript: false
    nodeargs: --import ${preloaded}
backend:
  # For a team: s3://… or https://api.pulumi.com, here or as PULUMI_BACKEND_URL.
  url: file://./.towpath/state?metadata=skip
`;
}

function applicationTs(application: ApplicationDescription): string {
  return `import { defineApplication } from "towpath";

/** What is shipped, the same in every environment. What differs stands in Pulumi.<stack>.yaml. */
export const application = defineApplication(${literal(application)});
`;
}

function localYaml(local: Readonly<Record<string, unknown>>): string {
  const settings = Object.entries({ environment: "local", ...local });
  return stringify({
    config: Object.fromEntries(settings.map(([name, value]) => [`towpath:${name}`, value])),
  });
}

function envText(env: Readonly<Record<string, string>>): string {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}\n`);
  return `# Values of one person's own, for local alone. Git ignores this file.\n${lines.join("")}`;
}

/** A value as Node reads it from such a file: nothing in quotes has a meaning but the quote itself. */
function quoted(value: string): string {
  if (/^[\w./:@%+,=-]*$/.test(value)) return value;
  const quote = ["'", "`", '"'].find((one) => !value.includes(one)) ?? "'";
  return `${quote}${value}${quote}`;
}

const indexTs = `import { deploy, loadSettings } from "towpath";
import { application } from "./application.ts";

export default await deploy(application, loadSettings(application.name));
`;

/** For editors: without it they refuse a name that ends with .ts, and let pass what Node cannot run. */
const tsconfig = `{
  "compilerOptions": {
    "target": "es2022",
    "module": "nodenext",
    "noEmit": true,
    "strict": true,
    "allowImportingTsExtensions": true,
    "erasableSyntaxOnly": true,
    "verbatimModuleSyntax": true,
    "skipLibCheck": true
  },
  "include": ["*.ts"]
}
`;

function ciYaml(github: string | undefined): string {
  const start = `# Everything is thrown away after the checks.
config:
  towpath:environment: ci
`;
  if (github === undefined) return start;
  return `${start}  # For npm run ci -- --publish.
  towpath:registries:
    - address: ghcr.io
      repository: ${repositoryFor(github)}
      login:
        user: ${JSON.stringify(github.split("/")[0])}
        password: { source: environment, variable: REGISTRY_PASSWORD }
  # Runners take the layers of the default branch's last build from there.
  towpath:buildCache: registry
`;
}

/** Any key's form is checked before the first connection, so an example has to be one. */
const exampleKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl9MMMrMZoNhF5bOMZRC+hMxIQ+4U2CWSY7wbtowdqv";

function stagingYaml(name: string, github: string | undefined): string {
  return `# Example values: put your own domain and host in.
config:
  towpath:environment: staging
${releasedYaml(`staging.${name}.example`, { name, github })}  towpath:limits:
    memory: 512MiB
    cpus: 1
    pids: 256
`;
}

function productionYaml(name: string, github: string | undefined): string {
  return `# Example values: put your own domain and host in.
config:
  towpath:environment: production
${releasedYaml(`${name}.example`, { name, github })}  towpath:promoteFrom: staging
  towpath:limits:
    memory: 1GiB
    cpus: 2
    pids: 512
  towpath:backup:
    schedule: "0 2 * * *"
    retention: 30d
`;
}

function releasedYaml(
  domain: string,
  { name, github }: { name: string; github: string | undefined },
): string {
  return `  towpath:domain: ${domain}
  towpath:hosts:
    app1:
      address: ${domain}
      user: deploy
      # What ssh-keyscan prints of the host, without the name.
      hostKey: ${exampleKey}
  towpath:registry:
    address: ghcr.io
    repository: ${github === undefined ? `example/${name}` : repositoryFor(github)}
`;
}

/** The repository on GitHub in the form of a registry's, which has no capitals. */
function repositoryFor(github: string): string {
  return github
    .toLowerCase()
    .split("/")
    .map((part) =>
      part.replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, "").replace(/[^a-z0-9]+/g, (joint) => joint.charAt(0)),
    )
    .join("/");
}
