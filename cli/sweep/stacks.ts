import { defined } from "../../components/input/defined.ts";
import type { StackState } from "../pulumi/stacks.ts";
import type { Kind } from "./thing.ts";
import { previewOf } from "./whose.ts";

/** The stacks of previews, as the sweep finds and removes them. */
export interface PreviewStacks {
  /** The address of the state. */
  readonly state: string;
  /** The application whose previews are looked for. */
  readonly application: string;
  list(): Promise<readonly StackState[]>;
  /** Destroys what the state knows, and removes the stack. */
  remove(stack: string): Promise<void>;
}

/** The stacks of previews: where there is one, everything that it knows goes with it. */
export function stacksIn(stacks: PreviewStacks): Kind {
  const { state: place, application } = stacks;
  return {
    name: "stack",
    place,
    async list() {
      const all = await stacks.list();
      return all.flatMap(({ stack, deployment }) => {
        const whose = previewOf(application, stack);
        if (whose === undefined) return [];
        const active = deployment.resources
          .flatMap(({ modified }) => modified ?? [])
          .sort()
          .at(-1);
        return {
          kind: "stack",
          id: stack,
          name: stack,
          place,
          ...whose,
          owner: "own",
          ...defined({ active }),
        };
      });
    },
    async remove({ name }) {
      await stacks.remove(name);
      return true;
    },
  };
}
