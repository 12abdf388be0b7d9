import type { TagImagesInput } from "../../components/contract/tag-images.ts";
import { RegistryError } from "../../components/image/registry-requests.ts";
import { Registry } from "../../components/image/registry.ts";
import { delivers } from "../delivered.ts";
import { runStep, StepFailure } from "../program.ts";

async function tagImages({ registry: settings, password, images, tags }: TagImagesInput): Promise<object> {
  if (password !== undefined) delivers([password]);
  const registry = new Registry(settings, password);
  try {
    await Promise.all(Object.entries(images).map(([image, digest]) => registry.tag(image, digest, tags)));
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new StepFailure(
      `${error.message}; users have the release already, only its tags ${tags.join(", ")} are missing`,
    );
  }
  return { tags };
}

await runStep(tagImages);
