import { previousName } from "../application/previous-secrets.ts";
import { kindOf, suggestion } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import { overlaps, type ReleasedSecretSource, type ReleasedVaultSource } from "../settings/secret-source.ts";
import type { Vault, VaultEntry } from "./vault.ts";

/**
 * The values of those secrets that Vault keeps, by name, and those from before that are still valid.
 *
 * Throws an InputError that names every secret whose value is not there, or the one thing that is wrong with the server.
 */
export async function vaultValues(
  sources: Readonly<Record<string, ReleasedSecretSource>>,
  vault: Pick<Vault, "read">,
): Promise<Record<string, string>> {
  const found = await Promise.all(
    Object.entries(sources).map(async ([secret, source]) =>
      source.source === "vault" ? valuesOf(secret, source, vault) : [],
    ),
  );
  const values = found.flat();
  const problems = values.flatMap((value) => ("problem" in value ? [value.problem] : []));
  if (problems.length > 0) throw new InputError(problems);
  return Object.fromEntries(
    values.flatMap((value) => ("problem" in value ? [] : [[value.secret, value.value]])),
  );
}

type Found = { readonly secret: string; readonly value: string } | { readonly problem: string };

/** A secret's value, and while both are valid also the one of the entry's version before, if there is another. */
async function valuesOf(
  secret: string,
  source: ReleasedVaultSource,
  vault: Pick<Vault, "read">,
): Promise<Found[]> {
  const newest = await vault.read(source.path);
  const found = valueIn(newest, secret, source);
  if (newest.kind !== "present" || "problem" in found || !overlaps(source) || newest.version === 1)
    return [found];
  const before = await vault.read(source.path, newest.version - 1);
  const value = before.kind === "present" ? before.fields[source.field ?? secret] : undefined;
  if (typeof value !== "string" || value === "" || value === found.value) return [found];
  return [found, { secret: previousName(secret), value }];
}

/** A secret's value in its entry, or why it has none; what stands in the entry is never said. */
function valueIn(entry: VaultEntry, secret: string, source: ReleasedVaultSource): Found {
  const { path, field = secret } = source;
  const setting = `towpath:secrets.${secret}`;
  switch (entry.kind) {
    case "missing":
      return {
        problem: `${setting}.path: nothing is at ${path}, got ${entry.said}; write the value there, or correct the path, whose first part is the store`,
      };
    case "denied":
      return {
        problem: `${setting}.path: the login may not read ${path}, got ${entry.said}; give its policy the capability read on ${dataPath(path)}`,
      };
    case "deleted":
    case "destroyed": {
      const fix =
        entry.kind === "deleted" ? "bring it back, or write the value anew" : "write the value anew";
      return {
        problem: `${setting}.path: expected the newest version of ${path}, got version ${entry.version}, which was ${entry.kind}; ${fix}`,
      };
    }
    case "present":
      break;
  }
  const fields = Object.keys(entry.fields);
  if (!Object.hasOwn(entry.fields, field)) {
    const fix = fields.length === 0 ? "write the value there" : suggestion(field, fields);
    return { problem: `${setting}.field: ${path} has no such field, got "${field}"; ${fix}` };
  }
  const value = entry.fields[field];
  if (typeof value === "string" && value !== "") return { secret, value };
  return {
    problem: `${setting}.field: expected a text as "${field}" of ${path}, got ${kindOf(value)}; write the value as a text`,
  };
}

/** The path that policies name. */
function dataPath(path: string): string {
  return path.replace("/", "/data/");
}
