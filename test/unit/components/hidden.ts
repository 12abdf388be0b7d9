/** A value that the engine has to keep secret. */
export class Hidden {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** Marks a value of an expected table as secret. */
export function hidden(value: unknown): Hidden {
  return new Hidden(value);
}

/** The mark of a secret value in Pulumi's protocol. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Inputs as they are sent, with every secret's mark turned into a `Hidden`. */
export function readable(sent: unknown): unknown {
  if (Array.isArray(sent)) return sent.map(readable);
  if (typeof sent !== "object" || sent === null) return sent;
  const found = sent as Record<string, unknown>;
  if (found[signatureKey] === secretSignature) return new Hidden(readable(found.value));
  return Object.fromEntries(Object.entries(found).map(([key, value]) => [key, readable(value)]));
}

/** The same with every secret's value left out: what a plan, a log or the state shows to anyone. */
export function shown(value: unknown): unknown {
  if (value instanceof Hidden) return "[secret]";
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shown(inner)]));
}
