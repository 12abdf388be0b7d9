import type { Use } from "./value.ts";

/** The values of variables, by their names. */
export type Variables = Readonly<Partial<Record<string, string>>>;

/** A text with its variables filled in. */
export interface Filled {
  readonly text: string;
  readonly uses: readonly Use[];
  /** The text as it is where no variable has a value. */
  readonly plain: string;
  /** What is wrong with it, a message each without its place. */
  readonly problems: readonly string[];
}

const operators = [":-", ":?", ":+", "-", "?", "+"] as const;

/**
 * Fills variables in as Compose does: `$NAME`, `${NAME}`, with a default `${NAME:-text}` or `${NAME-text}`, an error
 * `${NAME:?text}` or `${NAME?text}`, and a replacement `${NAME:+text}` or `${NAME+text}`, each of which may hold others.
 * `$$` is a dollar sign.
 */
export function filledIn(text: string, variables: Variables): Filled {
  const parts: Filled[] = [];
  let rest = text;
  while (rest !== "") {
    const dollar = rest.indexOf("$");
    if (dollar !== 0) {
      const until = dollar < 0 ? rest.length : dollar;
      parts.push(fixed(rest.slice(0, until)));
      rest = rest.slice(until);
      continue;
    }
    const written = writtenAt(rest);
    parts.push(valueOf(written, variables));
    rest = rest.slice(written.length);
  }
  return joined(parts);
}

function fixed(text: string): Filled {
  return { text, uses: [], plain: text, problems: [] };
}

function joined(parts: readonly Filled[]): Filled {
  return {
    text: parts.map((part) => part.text).join(""),
    uses: parts.flatMap(({ uses }) => uses),
    plain: parts.map(({ plain }) => plain).join(""),
    problems: parts.flatMap(({ problems }) => problems),
  };
}

/** The whole of what begins with the dollar sign at the start of a text. */
function writtenAt(text: string): string {
  if (text.startsWith("$$")) return "$$";
  if (!text.startsWith("${")) return /^\$[A-Za-z_]\w*/.exec(text)?.[0] ?? "$";
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text.startsWith("${", index)) depth += 1;
    if (text[index] === "}") depth -= 1;
    if (depth === 0) return text.slice(0, index + 1);
    // The brace of `${` is its own.
    if (text.startsWith("${", index)) index += 1;
  }
  return text;
}

function valueOf(written: string, variables: Variables): Filled {
  if (written === "$$") return fixed("$");
  const inner = written.startsWith("${") ? written.slice(2, -1) : written.slice(1);
  const [, name = "", operation = ""] = /^([A-Za-z_]\w*)(.*)$/s.exec(inner) ?? [];
  const operator = operators.find((one) => operation.startsWith(one));
  const isWhole = !written.startsWith("${") || written.endsWith("}");
  if (name === "" || !isWhole || (operation !== "" && operator === undefined))
    return { ...fixed(written), problems: [notAVariable(written)] };
  const value = variables[name];
  const isGiven = value !== undefined && (operator?.startsWith(":") !== true || value !== "");
  const argument = operator === undefined ? "" : operation.slice(operator.length);
  if (operator?.endsWith("+") === true)
    return isGiven
      ? filledIn(argument, variables)
      : { ...fixed(""), uses: [{ name, from: "empty default" }] };
  if (isGiven) {
    const plain = operator?.endsWith("-") === true ? filledIn(argument, {}).plain : "";
    return { text: value, uses: [{ name, from: "given" }], plain, problems: [] };
  }
  if (operator?.endsWith("?") === true)
    return { ...fixed(""), uses: [{ name, from: "nothing" }], problems: [noValue(name, argument)] };
  if (operator === undefined) return { ...fixed(value ?? ""), uses: [{ name, from: "nothing" }] };
  const otherwise = filledIn(argument, variables);
  const from = argument === "" ? ("empty default" as const) : ("default" as const);
  return { ...otherwise, uses: [{ name, from }, ...otherwise.uses] };
}

/** Says that a variable that has to have a value has none. */
export function noValue(name: string, why: string): string {
  const words = why.trim() === "" ? "" : ` (${why.trim()})`;
  return `expected a value of ${name}${words}, got none; put ${name}=… into the .env beside the file, or give it as a variable of the shell`;
}

/** Says that a dollar sign begins no variable. */
export function notAVariable(written: string): string {
  return `expected a variable such as \${NAME} or \${NAME:-default}, got ${JSON.stringify(written)}; write $$ for a dollar sign`;
}
