/** Says that the source of this machine cannot be mounted on the engine's machine. */
export function cannotMount(endpoint: string): string {
  return (
    `towpath:reload: the source can only be mounted by an engine on this machine, got ${endpoint}; ` +
    'build images as they are released with "npm run pulumi -- config set reload false --stack local"'
  );
}
