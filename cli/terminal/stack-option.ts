/** The option of the commands that look into one environment: this working copy's local one, or one on hosts. */
export const stackOption = [
  "--stack <stack>",
  "where: local, staging, production, pr-<number> or host-<name>",
  "local",
] as const;
