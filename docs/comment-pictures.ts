/**
 * Draws the comments that the tests expect, in a real browser, as GitHub shows them. Run it with `npm run docs:comments` where
 * Chromium is installed; `CHROMIUM` names it where it is not `/usr/bin/chromium`.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { htmlOf } from "../test/support/markdown.ts";

const root = join(import.meta.dirname, "..");
const golden = join(root, "test/unit/cli/comment/golden");
const pictures = join(root, "docs/comments");

/** The comments that have a picture, and whether what is folded in them is open there. */
const drawn = {
  "data-lost": false,
  ordinary: true,
  "nothing-changes": false,
  failed: true,
  waiting: false,
  asleep: false,
  checks: false,
  fork: false,
};

const style = readFileSync(
  createRequire(import.meta.url).resolve("github-markdown-css/github-markdown-light.css"),
  "utf8",
);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  mkdirSync(pictures, { recursive: true });
  const page = await browser.newPage({ viewport: { width: 900, height: 600 } });
  for (const [name, isOpen] of Object.entries(drawn)) {
    const comment = htmlOf(readFileSync(join(golden, `${name}.md`), "utf8"));
    const html = isOpen ? comment.replaceAll("<details>", "<details open>") : comment;
    await page.setContent(
      `<style>${style} .markdown-body { padding: 16px 20px; border: 1px solid #d1d9e0; border-radius: 6px; }</style>` +
        `<article class="markdown-body">${html}</article>`,
    );
    await page.locator("article").screenshot({ path: join(pictures, `${name}.png`) });
  }
} finally {
  await browser.close();
}
