/** The words of the three builders (BuildKit old and new, and the classic one) for a command that failed. */
const failedCommand = [
  /executor failed running \[(?:\/bin\/sh -c )?([\s\S]*?)\]: exit code: (\d+)/,
  /process "(?:\/bin\/sh -c )?([\s\S]*?)" did not complete successfully: exit code: (\d+)/,
  /The command '(?:\/bin\/sh -c )?([\s\S]*?)' returned a non-zero code: (\d+)/,
];

/**
 * What builders, and the docker plugins (the official one and ours), print between the lines of the commands that they run:
 * steps, and the layers that are fetched for them.
 */
const frame = new RegExp(
  [
    /^(?:digest: sha256:|name: |started: |completed: |\[[^\]]*\] |copy \/|error: )/,
    /^(?:Starting Docker build$|building \S+:\S+$|transferring (?:dockerfile|context):|resolve \S+$)/,
    /^(?:extracting |Digest: )?sha256:[0-9a-f]{64}$/,
    /^(?:Step \d+\/\d+ : | ?---> |Removing intermediate container )/,
    /^(?:Pulling (?:fs layer$|from \S+$)|Waiting$|Verifying Checksum$|(?:Download|Pull) complete$)/,
    /^(?:(?:Downloading|Extracting) +\[|Status: (?:Downloaded newer image|Image is up to date) for )/,
  ]
    .map(({ source }) => source)
    .join("|"),
);

/** How many of the build's lines are shown. */
const shown = 15;

/**
 * Says which image does not build, and shows the build's own last lines.
 *
 * @param image the image's name in `application.ts`
 * @param output what the build printed
 */
export function translateBuild(
  message: string,
  image: string,
  output: readonly string[],
): string | undefined {
  for (const pattern of failedCommand) {
    const [, command, code] = pattern.exec(message) ?? [];
    if (command === undefined) continue;
    const lines = output
      .flatMap((text) => text.split("\n"))
      .map((line) => line.trimEnd())
      .filter((line) => line !== "" && !frame.test(line));
    const tail = lines.slice(-shown).map((line) => `\n  | ${line}`);
    return (
      `images.${image}: does not build, got exit code ${code} from "${command.trim()}"` +
      (tail.length === 0 ? "" : `; its last lines:${tail.join("")}`)
    );
  }
  return undefined;
}
