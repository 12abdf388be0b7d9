import { backupStorageIn } from "./backup-storage.ts";
import { externalUrls } from "./external.ts";

/** A secret that a setting names, beside those of the application. */
export interface GivenSecret {
  /** The setting that names it. */
  readonly place: string;
  readonly secret: string;
  /** The reason that its value cannot be generated, and what to do besides choosing another source. */
  readonly why: string;
  readonly also?: string;
}

/** The secrets that lead to servers which are there already, and the one that backups are encrypted with. */
export function givenSecrets(settings: object): GivenSecret[] {
  const storage = backupStorageIn(settings);
  const why = "the value is given by whoever runs that server";
  return [
    ...externalUrls(settings).map(({ place, secret }) => ({ place, secret, why })),
    ...(storage === undefined
      ? []
      : [
          { place: "towpath:backup.storage.url", secret: storage.url, why },
          {
            place: "towpath:backup.storage.password",
            secret: storage.password,
            why: "the value has to be known when host and state are lost",
            also: ", and keep it elsewhere, too",
          },
        ]),
  ];
}
