/** The file with the variables and secrets of one person's `local`, beside `Pulumi.yaml`. */
export const envFile = ".env";
