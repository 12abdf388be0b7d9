import { parseUrn } from "../pulumi/urn.ts";

/** Says which data a plan would have removed, from Pulumi's own refusal. */
export function translateProtected(message: string): string | undefined {
  const [, urn, verb] =
    /resource "(urn:pulumi:[^"]+)" (cannot be deleted)\s+because it is protected/.exec(message) ??
    /(?:unable to replace resource) "(urn:pulumi:[^"]+)"[\s\S]*?(marked for protection)/.exec(message) ??
    [];
  const name = urn === undefined ? undefined : parseUrn(urn)?.name;
  if (name === undefined) return undefined;
  const would = verb === "cannot be deleted" ? "delete" : "replace";
  return `${name}: users' data is protected, got a plan that would ${would} it; it was not touched: take back the change that removes it, or see "What is protected" in docs/data.md`;
}
