/** Says that the passphrase does not open the state. */
export function translateWrongPassphrase(message: string): string | undefined {
  if (!message.includes("incorrect passphrase")) return undefined;
  return (
    "passphrase: it does not open the secrets in the state, got another one than the state was made with; " +
    "put the right one back (in .towpath/passphrase, or PULUMI_CONFIG_PASSPHRASE when you set that), " +
    'or remove this environment with its data by "npm run destroy -- --by-labels" and start anew'
  );
}

/** Says that a state kept elsewhere needs a passphrase from the person. */
export function translateNoPassphrase(message: string): string | undefined {
  if (!message.includes("passphrase must be set")) return undefined;
  return (
    "passphrase: a state outside this project needs one that its users share, got none; " +
    "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE"
  );
}
