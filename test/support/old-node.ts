/** Returns arguments, before the program's, with which a Node of today reports an old version. */
export function posesAs(version: string): string[] {
  const versions = `{ value: { ...process.versions, node: "${version}" } }`;
  return ["--import", `data:text/javascript,Object.defineProperty(process, "versions", ${versions})`];
}
