/** The arguments by which the docker client lists what has all of these labels. */
export function labelFilters(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).flatMap(([key, value]) => ["--filter", `label=${key}=${value}`]);
}
