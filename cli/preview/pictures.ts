import { existsSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { admittedUser } from "../../components/gateway/admission.ts";
import type { PreviewChecks } from "../../components/settings/preview-checks.ts";
import type { CheckFacts } from "../comment/facts.ts";
import { Problem } from "../problem.ts";
import { asStep, type Progress } from "../terminal/progress.ts";
import type { VisitedPreview } from "./check-commands.ts";

/** What pictures are taken with. */
export interface Camera extends VisitedPreview {
  /** The browser's program; undefined where no page is to be taken. */
  readonly browser: string | undefined;
  /** True where the gateway's own authority makes certificates, which no browser knows. */
  readonly knowsNoAuthority: boolean;
  /** The folder that they are put into. */
  readonly folder: string;
}

/** A picture of a page, and whether the page was there. */
export interface Picture extends CheckFacts {
  /** The file's name; left out where the page did not come. */
  readonly file?: string;
}

/** The time that a page may take, in milliseconds. */
const patience = 30_000;

/** The height of the browser's window, in pixels; a page that is longer is taken whole. */
const height = 800;

/** Takes a picture of each page, whole, once nothing is loaded any more. */
export async function takePictures(
  pages: PreviewChecks["pages"],
  { url, password, browser: program, knowsNoAuthority, folder }: Camera,
  progress: Progress,
): Promise<Picture[]> {
  if (program === undefined || pages.length === 0) return [];
  const browser = await started(program);
  if (typeof browser === "string")
    return pages.map(({ path }) => ({ name: path, passed: false, words: browser }));
  try {
    const taken: Picture[] = [];
    for (const [index, { path, width }] of pages.entries()) {
      const context = await browser.newContext({
        ...{ baseURL: url, viewport: { width, height }, ignoreHTTPSErrors: knowsNoAuthority },
        ...(password !== undefined && {
          httpCredentials: { username: admittedUser, password, origin: new URL(url).origin },
        }),
      });
      const file = `page-${index + 1}.png`;
      const words = await asStep(progress, `taking a picture of ${path}`, () =>
        takePicture(context, path, join(folder, file)),
      );
      await context.close();
      const isThere = existsSync(join(folder, file));
      taken.push({
        name: path,
        passed: words === undefined,
        ...(words && { words }),
        ...(isThere && { file }),
      });
    }
    return taken;
  } finally {
    await browser.close();
  }
}

/** Starts a browser; returns the problem with one that does not start. */
async function started(program: string): Promise<Browser | string> {
  const { chromium } = await import("playwright-core");
  try {
    // Chromium's sandbox does not work for root.
    return await chromium.launch({ executablePath: program, chromiumSandbox: process.getuid?.() !== 0 });
  } catch (error) {
    return `expected ${program} to start, got ${firstLine(error)}`;
  }
}

/** Returns the problem with a page; undefined when it is as it should be. */
async function takePicture(context: BrowserContext, path: string, file: string): Promise<string | undefined> {
  rmSync(file, { force: true });
  const page = await context.newPage();
  try {
    const answer = await page.goto(path, { timeout: patience, waitUntil: "load" });
    // A page that goes on loading is taken as it is.
    await page.waitForLoadState("networkidle", { timeout: patience / 3 }).catch(() => undefined);
    await page.screenshot({ path: file, fullPage: true, animations: "disabled", timeout: patience });
    const status = answer?.status() ?? 0;
    return status < 400 ? undefined : `expected a page, got ${status}`;
  } catch (error) {
    return `expected a page, got ${firstLine(error)}`;
  }
}

/** The first line of what went wrong, without what was called. */
function firstLine(error: unknown): string {
  const [said = ""] = (error as Error).message.replace(/^\w+\.\w+: /, "").split("\n", 1);
  return JSON.stringify(said);
}

/** The names of browsers that can take pictures, as their packages call them. */
const names = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome"];

/**
 * Finds the browser that `CHROMIUM` names, or one on the PATH.
 *
 * @throws Problem when there is none
 */
export function findBrowser({ CHROMIUM: given = "", PATH: path = "" }: NodeJS.ProcessEnv): string {
  const onPath = path.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = (given === "" ? onPath : [given]).find((file) => existsSync(file));
  if (found === undefined) throw new Problem(noBrowser(given));
  return found;
}

/** Says that no picture can be taken. */
export function noBrowser(given: string): string {
  const got = given === "" ? "none" : `none at CHROMIUM=${given}`;
  return `towpath:checks.pages: expected a browser that takes the pictures, got ${got}; install Google Chrome or Chromium, or name its program in CHROMIUM`;
}
