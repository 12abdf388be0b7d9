/** Secrets that become files of a volume. */
export interface WriteSecretsInput {
  /** A copy whose image is there. */
  readonly container: string;
  readonly volume: string;
  /** Secret values by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}
