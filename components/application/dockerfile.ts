/** The instructions of a Dockerfile, each on one line: continued lines are joined, comments and here-documents left out. */
export function instructionsOf(dockerfile: string): string[] {
  const escape = /^\s*#\s*escape\s*=\s*`/im.test(dockerfile) ? "`" : "\\";
  const instructions: string[] = [];
  let begun = "";
  // Here-documents end with a line of their own, in the order in which the instruction begins them.
  let open: { end: string; tabs: boolean }[] = [];
  for (const line of dockerfile.split(/\r?\n/)) {
    const [document, ...rest] = open;
    if (document !== undefined) {
      if ((document.tabs ? line.replace(/^\t+/, "") : line) === document.end) open = rest;
      continue;
    }
    if (/^\s*#/.test(line)) continue;
    const text = line.trimEnd();
    if (text.endsWith(escape)) {
      begun += `${text.slice(0, -1)} `;
      continue;
    }
    const instruction = begun + text;
    begun = "";
    if (/^\s*(?:RUN|COPY|ADD)\s/i.test(instruction)) open = documentsOf(instruction);
    instructions.push(instruction);
  }
  return begun === "" ? instructions : [...instructions, begun];
}

function documentsOf(instruction: string): { end: string; tabs: boolean }[] {
  return [...instruction.matchAll(/<<(-?)(["']?)([A-Za-z_]\w*)\2/g)].map(([, tabs, , end = ""]) => ({
    end,
    tabs: tabs === "-",
  }));
}

/** The names of a Dockerfile's stages, in lower case, as Docker compares them. */
export function stagesOf(dockerfile: string): string[] {
  return instructionsOf(dockerfile).flatMap((instruction) => {
    const name = /^\s*FROM\s+.*\sAS\s+(\S+)\s*$/i.exec(instruction)?.[1];
    return name === undefined ? [] : [name.toLowerCase()];
  });
}
