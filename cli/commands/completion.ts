import { readdirSync } from "node:fs";
import type { Command } from "commander";
import { show } from "../../components/input/input-checks.ts";
import { environmentNames } from "../../components/naming/namespace.ts";
import { Problem } from "../problem.ts";
import type { Project } from "../project.ts";
import { knownParts } from "../stack/local-containers.ts";

/** The words that can follow a command. */
interface Words {
  readonly options: readonly string[];
  readonly values: readonly string[];
}

const shells = ["bash", "zsh"] as const;

/** The possible arguments of commands, by their names in the command line's help. */
const valuesOf = (services: readonly string[]): Readonly<Record<string, readonly string[]>> => ({
  service: services,
  shell: shells,
  stack: environmentNames.filter((name) => name !== "preview" && name !== "host"),
  kind: ["unit", "e2e"],
});

/** The stacks that `--stack` may mean: those with a settings file in the project, and local. */
function stacksOf(project: Project | undefined): string[] {
  if (project === undefined) return ["local"];
  const files = readdirSync(project.root).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  return [...new Set(["local", ...files])].filter((stack) => stack !== "preview").sort();
}

/**
 * The completion of a command line for a shell, as the text that the shell reads. Outside of a project no services are
 * known. Throws a Problem for an unknown shell.
 */
export function completion(program: Command, shell: string, project?: Project): string {
  const values = valuesOf(project === undefined ? [] : knownParts(project));
  const tree = new Map(program.commands.map((command) => [command.name(), wordsOf(command, values)]));
  tree.set("help", { options: [], values: [...tree.keys()] });
  const stacks = stacksOf(project);
  if (shell === "bash") return bash(tree, stacks);
  if (shell === "zsh") return `autoload -U +X bashcompinit && bashcompinit\n${bash(tree, stacks)}`;
  throw new Problem(`completion: expected bash or zsh, got ${show(shell)}; other shells have none`);
}

function wordsOf(command: Command, valuesOf: Readonly<Record<string, readonly string[]>>): Words {
  const options = command.options.flatMap(({ short, long }) => [short, long]);
  return {
    options: [...options, "--help"].filter((option) => option !== undefined).sort(),
    values: command.registeredArguments.flatMap((argument) => valuesOf[argument.name()] ?? []),
  };
}

/** The completion for bash; zsh reads the same through its own `bashcompinit`. */
function bash(tree: ReadonlyMap<string, Words>, stacks: readonly string[]): string {
  const cases = [...tree].map(
    ([name, { options, values }]) =>
      `    ${name}) options="${options.join(" ")}" values="${values.join(" ")}" ;;`,
  );
  return `_towpath() {
  local current="\${COMP_WORDS[COMP_CWORD]}" options="--help" values="${[...tree.keys()].join(" ")}"
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    *) return ;;
    esac
  fi
  case "$current" in
  -*) values="$options" ;;
  esac
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
  --stack) values="${stacks.join(" ")}" ;;
  esac
  COMPREPLY=($(compgen -W "$values" -- "$current"))
}
complete -F _towpath towpath`;
}
