import { parse, stringify } from "yaml";

/** The settings with an external database. */
export function external(text: string): string {
  const { config } = parse(text) as { config: object };
  return stringify({ config: { ...config, "towpath:postgres": { external: { url: "DATABASE_URL" } } } });
}
