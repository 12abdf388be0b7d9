import MarkdownIt, { type Token } from "markdown-it";

/** The text of Markdown as a reader sees it, by where it stands. */
export interface Visible {
  /** What stands in code: in a line or in a block. */
  readonly codes: readonly string[];
  /** Everything else that is read, with the addresses of links. */
  readonly outside: string;
  /** HTML, without the text in `<code>`. */
  readonly tags: readonly string[];
}

const parser = new MarkdownIt({ html: true, linkify: true });

/** Reads Markdown as GitHub does: CommonMark with tables, HTML and addresses that become links. */
export function visibleText(markdown: string): Visible {
  const [codes, outside, tags]: [string[], string[], string[]] = [[], [], []];
  const visit = (token: Token): void => {
    if (token.children !== null) for (const child of token.children) visit(child);
    else if (token.type === "code_inline" || token.type === "fence" || token.type === "code_block") {
      codes.push(token.content);
    } else if (token.type === "html_block" || token.type === "html_inline") {
      const html = token.content.replace(/<code>[^<]*<\/code>/g, (found) => {
        codes.push(found);
        return "<code/>";
      });
      tags.push(html);
    } else if (token.type === "softbreak") outside.push("\n");
    else if (token.content !== "") outside.push(token.content);
    if (token.type === "link_open" || token.type === "image") tags.push(JSON.stringify(token.attrs));
    else if (token.type.endsWith("_open")) tags.push(token.tag);
  };
  for (const token of parser.parse(markdown, {})) visit(token);
  return { codes, outside: outside.join(""), tags };
}

/** Renders Markdown as a page of HTML shows it. */
export function htmlOf(markdown: string): string {
  return parser.render(markdown);
}
