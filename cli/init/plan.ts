import { parse } from "yaml";
import { show } from "../../components/input/input-checks.ts";
import { Problem } from "../problem.ts";
import { completedIgnore, completedPackage, type PackageFacts } from "./additions.ts";
import { preloaded, projectFiles, type ProjectFacts } from "./project-files.ts";

/** A file of the project, and what is to happen to it: `new`; `changed`, which adds lines; `same`; or `kept`, which differs and stays. */
export interface PlannedFile {
  /** Its path from the project's folder. */
  readonly path: string;
  readonly state: "new" | "changed" | "same" | "kept";
  /** The text that it is to hold; of one that is kept, the text that it would hold if it were new. */
  readonly text: string;
}

/** The facts that a project's files are made from. */
export interface PlanFacts extends Omit<PackageFacts, "name">, ProjectFacts {
  /** The lines that ignore files of builds lack, by their paths from the project. */
  readonly ignores: Readonly<Record<string, readonly string[]>>;
}

/** Plans every file, with notes for a person on those that are there. A file that is there is never overwritten. */
export function planFiles(
  facts: PlanFacts,
  read: (path: string) => string | undefined,
): { files: PlannedFile[]; notes: string[] } {
  const own = Object.entries(projectFiles(facts)).map(([path, text]) =>
    planned(path, text, read(path), "kept"),
  );
  const { text, notes } = completedPackage(read("package.json"), { ...facts, name: facts.application.name });
  const additions = [
    ["package.json", text] as const,
    [
      ".gitignore",
      completedIgnore(read(".gitignore"), [".towpath/", "node_modules/", "reports/", ".env"]),
    ] as const,
    ...Object.entries(facts.ignores).map(
      ([path, lines]) => [path, completedIgnore(read(path), lines)] as const,
    ),
  ];
  return {
    files: [...own, ...additions.map(([path, after]) => planned(path, after, read(path), "changed"))],
    notes: [
      ...notes,
      ...own.flatMap(({ path, state }) => (state === "kept" ? [`${path}: is there and stays as it is`] : [])),
    ],
  };
}

function planned(
  path: string,
  text: string,
  present: string | undefined,
  otherwise: "changed" | "kept",
): PlannedFile {
  if (present === undefined) return { path, state: "new", text };
  return { path, state: present === text ? "same" : otherwise, text };
}

/**
 * The name of the project that a folder holds already, which is to be completed; undefined when it holds none.
 *
 * @throws Problem when it is another program's than Towpath's
 */
export function presentName(pulumiYaml: string | undefined): string | undefined {
  if (pulumiYaml === undefined) return undefined;
  const { name, runtime } = (parsedYaml(pulumiYaml) ?? {}) as {
    name?: unknown;
    runtime?: { options?: { nodeargs?: unknown } };
  };
  const nodeargs = runtime?.options?.nodeargs;
  if (typeof nodeargs === "string" && nodeargs.includes(preloaded) && typeof name === "string") return name;
  throw new Problem(otherProject(name));
}

function parsedYaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** Says that the folder holds another Pulumi project. */
export function otherProject(name: unknown): string {
  return `Pulumi.yaml: another Pulumi project is in this folder, got ${show(name)}; run init in a folder of its own, for example infra`;
}
