import { secretsFolder } from "../../components/application/connections.ts";
import type { WriteSecretsInput } from "../../components/contract/write-secrets.ts";
import { delivers } from "../delivered.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep } from "../program.ts";

async function writeSecrets(
  { container, volume, files, labels }: WriteSecretsInput,
  machine: Machine,
): Promise<object> {
  delivers(Object.values(files));
  await machine.writeFiles({ volume, folder: secretsFolder, files, lender: container, labels });
  return { volume, files: Object.keys(files).sort() };
}

await runStep(writeSecrets);
