/**
 * What a step of a release said when it failed, without what the command plugin puts around it.
 *
 * The plugin's message is `exit status 1: running "<the whole command>":` and then the program's output.
 */
export function saidByStep(message: string): string | undefined {
  const said = /exit status \d+: running "(?:[^"\\]|\\.)*":?\n?([\s\S]*)/.exec(message)?.[1]?.trim();
  if (said === undefined || said === "") return undefined;
  return said;
}
