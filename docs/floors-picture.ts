import { floors } from "../imports.config.js";

/** A folder, as the rules of imports name it. */
interface Room {
  readonly folder: string;
  readonly what: string;
}

const width = 960;
/** The height of a floor, and of the room between two of them, in pixels. */
const floorHeight = 48;
const gap = 8;
/** The height at which the floors begin, below the titles. */
const top = 118;
const library = { left: 24, width: 536, fill: "#ddf4ff", stroke: "#54aeff" };
const commandLine = { left: 576, width: 360, fill: "#fff8c5", stroke: "#d4a72c" };
const program = { fill: "#dafbe1", stroke: "#4ac26b" };

type Colours = Pick<typeof library, "fill" | "stroke">;

/** The floors of the code as a picture, drawn from the rules that guard them. */
export function floorsPicture(): string {
  const height = top + floors.components.length * (floorHeight + gap) + 16;
  const steps = top + (floors.cli.length + 1) * (floorHeight + gap);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" role="img" aria-label="The floors of components and of the command line: each folder imports from the floors below its own">`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10" fill="#ffffff" stroke="#d0d7de"/>`,
    ...box(
      24,
      24,
      912,
      { folder: "index.ts", what: "application.ts and the stack's settings become one environment" },
      program,
    ),
    title(library.left, "components/: the library"),
    title(commandLine.left, "cli/: the command line"),
    ...house(floors.components, library),
    ...house(floors.cli, commandLine),
    `<text x="${commandLine.left}" y="${steps - 10}" font-size="15" font-weight="600" fill="#1f2328">steps/: what a release runs</text>`,
    ...box(
      commandLine.left,
      steps,
      commandLine.width,
      { folder: "programs", what: "one step each, a process of its own" },
      program,
    ),
    ...thirds(steps + floorHeight + gap),
    ...notes(steps + 2 * (floorHeight + gap) + 24),
    "</svg>",
  ].join("\n")}\n`;
}

function title(left: number, text: string): string {
  return `<text x="${left}" y="${top - 14}" font-size="15" font-weight="600" fill="#1f2328">${text}</text>`;
}

function house(
  its: readonly (readonly Room[])[],
  { left, width: whole, ...colours }: typeof library,
): string[] {
  return its.flatMap((rooms, level) => {
    const each = (whole - (rooms.length - 1) * gap) / rooms.length;
    const y = top + level * (floorHeight + gap);
    return rooms.flatMap((room, at) => box(left + at * (each + gap), y, each, room, colours));
  });
}

/** The boxes of the parts that the programs of steps are made of. */
function thirds(y: number): string[] {
  const parts = ["machine", "route", "database"];
  const each = (commandLine.width - (parts.length - 1) * gap) / parts.length;
  return parts.flatMap((folder, at) =>
    box(commandLine.left + at * (each + gap), y, each, { folder, what: "" }, program),
  );
}

function notes(y: number): string[] {
  return [
    "A folder imports from the floors below its own,",
    "never from beside or above; nothing goes round.",
    "cli/ and steps/ import from components/.",
    "components/ knows neither: it starts steps by",
    "name, with what contract/ says they take.",
  ].map(
    (line, at) =>
      `<text x="${commandLine.left}" y="${y + at * 20}" font-size="13" fill="#57606a">${line}</text>`,
  );
}

function box(
  x: number,
  y: number,
  boxWidth: number,
  { folder, what }: Room,
  { fill, stroke }: Colours,
): string[] {
  const middle = x + boxWidth / 2;
  const text = (line: number, size: number, weight: number, words: string): string =>
    `<text x="${middle}" y="${y + line}" text-anchor="middle" font-size="${size}" font-weight="${weight}" fill="#1f2328">${words.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</text>`;
  return [
    `<rect x="${x}" y="${y}" width="${boxWidth}" height="${floorHeight}" rx="8" fill="${fill}" stroke="${stroke}"/>`,
    text(what === "" ? 29 : 21, folder.length > 12 ? 12.5 : 14, 600, folder),
    ...(what === "" ? [] : [text(38, 11, 400, what)]),
  ];
}
