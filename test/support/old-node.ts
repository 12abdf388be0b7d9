/** What makes a Node of today say that it is an old one: arguments that come before the program's. */
export function posesAs(version: string): string[] {
  const versions = `{ value: { ...process.versions, node: "${version}" } }`;
  return ["--import", `data:text/javascript,Object.defineProperty(process, "versions", ${versions})`];
}
