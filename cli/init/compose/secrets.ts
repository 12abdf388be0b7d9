import { posix } from "node:path";
import { secretName } from "../variables.ts";
import { named, taken, unneeded, type Row } from "./report.ts";
import { booleanOf, entriesOf, fieldOf, textOf, type Fields } from "./value.ts";

/** The secrets of a compose file by their names there, and what each is called here. */
export function secretNames(root: Fields): ReadonlyMap<string, string> {
  return new Map(
    entriesOf(root.entries.get("secrets")?.value).flatMap(([name]) => {
      const here = nameOf(name);
      return here === undefined ? [] : [[name, here]];
    }),
  );
}

function nameOf(name: string): string | undefined {
  const here = name
    .replace(/\.[a-z0-9]+$/i, "")
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")
    .replace(/^[^A-Z]+/, "")
    .replace(/_FILE$/, "");
  return secretName.test(here) ? here : undefined;
}

/** The values of secrets that are files of one line in the repository: for `.env`. */
export function secretValues(
  root: Fields,
  read: (path: string) => string | undefined,
): Record<string, string> {
  return Object.fromEntries(
    entriesOf(root.entries.get("secrets")?.value).flatMap(([name, { value }]) => {
      const [here, file] = [nameOf(name), fieldOf(value, "file")];
      const path = posix.join(file?.place.source.base ?? "", textOf(file) ?? "");
      const text = file === undefined || path.startsWith("..") ? undefined : read(path)?.trim();
      return here === undefined || text === undefined || text === "" || text.includes("\n")
        ? []
        : [[here, text]];
    }),
  );
}

/** The names of secrets, which are the application's: two services that have different values under one name get two. */
export class SecretValues {
  readonly #values = new Map<string, string | undefined>();

  nameFor(service: string, variable: string, value: string | undefined): string {
    const name = variable.toUpperCase();
    const before = this.#values.get(name);
    const isFree = !this.#values.has(name) || before === undefined || value === undefined || before === value;
    const own = isFree ? name : `${service.toUpperCase().replaceAll("-", "_")}_${name}`;
    this.#values.set(own, this.#values.get(own) ?? value);
    return own;
  }
}

/** What becomes of the keys of the file itself. */
export function topLevelRows(root: Fields, application: string): Row[] {
  return [...root.entries].flatMap(([path, { place, value }]): Row[] => {
    const key = { place, path };
    const each = (
      row: (key: { place: typeof place; path: string }, name: string, value: Fields) => Row,
    ): Row[] =>
      entriesOf(value).map(([name, entry]) =>
        row({ place: entry.place, path: `${path}.${name}` }, name, entry.value as Fields),
      );
    const isExternal = (one: Fields): boolean =>
      fieldOf(one, "external") !== undefined && booleanOf(fieldOf(one, "external")) !== false;
    if (path === "services") return [];
    if (path === "version") return [unneeded(key, "Compose itself takes no notice of it")];
    if (path === "name")
      return [
        textOf(value) === application
          ? taken(key, "the application's name")
          : unneeded(key, `the application is ${application}; --name gives it another name`),
      ];
    if (path === "include") return [unneeded(key, "what is included is read, too")];
    if (path.startsWith("x-")) return [unneeded(key, "what refers to it has it already")];
    if (path === "volumes")
      return [
        unneeded(key, "a volume's meaning is told where it is mounted"),
        ...each((one, name, volume) =>
          isExternal(volume)
            ? named(
                one,
                "what it holds is made elsewhere, and stays there",
                `copy ${name} over, or keep it beside Towpath`,
              )
            : unneeded(one, "a volume's meaning is told where it is mounted"),
        ),
      ];
    if (path === "networks")
      return [
        unneeded(key, "an environment has one network, that no other reaches"),
        ...each((one, name, network) =>
          isExternal(network)
            ? named(
                one,
                "an environment has a network that no other reaches",
                `say in a variable where what is in ${name} is`,
              )
            : unneeded(one, "an environment has one network"),
        ),
      ];
    if (path === "secrets")
      return [
        taken(key, "secrets"),
        ...each((one, name) =>
          nameOf(name) === undefined
            ? named(one, "a secret's name is capital letters, digits and underscores", "give it another name")
            : taken(one, `the secret ${nameOf(name)}`),
        ),
      ];
    if (path === "configs")
      return [
        named(
          key,
          "a file beside the image is none of a service's",
          "copy it into the image, or make it a secret",
        ),
      ];
    if (path === "models")
      return [named(key, "models are run by Compose's own programs", "say in a variable where one runs")];
    return [named(key, "Compose has no such key that Towpath knows", "look whether it is misspelled")];
  });
}
