import { namespaceFor, previewStack } from "../../components/naming/namespace.ts";
import { hasPreview, withPreviewGone, withPreviewWords } from "../comment/preview-line.ts";
import { markerOf } from "../comment/marker.ts";
import { editComment, type OnRepository } from "../comment/put-comment.ts";
import type { Ending } from "./plan.ts";
import type { Kind } from "./thing.ts";

/** The comments of a project, as the sweep looks at them. */
export interface ProjectComments {
  readonly on: OnRepository;
  /** The project that the comments name. */
  readonly project: string;
  /** The application whose previews they are about. */
  readonly application: string;
}

/** The time for which comments are looked at after they were last changed, in days. */
const lookedAtDays = 90;

/** Comments that say of a preview that it is there; they are not removed, but say that it is gone. */
export function commentsOf({ on, project, application }: ProjectComments): Kind {
  const place = "GitHub";
  return {
    name: "comment",
    place,
    async list() {
      interface Comment {
        readonly id: number;
        readonly body?: string;
        readonly issue_url: string;
      }
      const since = new Date(Date.now() - lookedAtDays * 24 * 3600 * 1000).toISOString();
      const route = "GET /repos/{owner}/{repo}/issues/comments";
      const all = await on.client.list<Comment>(route, { ...on.name, since });
      return (all ?? []).flatMap(({ id, body = "", issue_url }) => {
        const pullRequest = Number(issue_url.split("/").at(-1));
        if (!body.startsWith(markerOf({ project, pullRequest })) || !hasPreview(body)) return [];
        const preview = namespaceFor(application, previewStack(pullRequest));
        const name = `#${pullRequest} ${id}`;
        return { kind: "comment", id: String(id), name, place, preview, pullRequest, owner: "own" };
      });
    },
    async remove({ id, pullRequest = 0 }) {
      const gone = (text: string): string => withPreviewGone(text, previewStack(pullRequest));
      return (await editComment({ project, pullRequest }, gone, on, Number(id))) !== undefined;
    },
  };
}

/** Warns in a pull request's comment that its preview is about to end; nothing where there is none. */
export async function warnOf({ pullRequest, end }: Ending, { on, project }: ProjectComments): Promise<void> {
  const until = end.toISOString().slice(0, 16).replace("T", " ");
  const words = `nobody has used it for long: it is removed after ${until} UTC unless somebody does`;
  const warned = (text: string): string => (hasPreview(text) ? withPreviewWords(text, words) : text);
  await editComment({ project, pullRequest }, warned, on);
}
