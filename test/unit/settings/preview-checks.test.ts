import assert from "node:assert/strict";
import { hashedSettings } from "../../../components/settings/hashed.ts";
import { previewSchema } from "../../../components/settings/preview.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import { merged, refusalOf } from "../assert-refused.ts";
import * as good from "./good.ts";

describe("the checks of previews", () => {
  const preview = refusalOf(parseSettings, good.preview);

  /** The checks as the settings of a preview give them. */
  function checksOf(given: unknown): unknown {
    const settings = parseSettings(merged({ ...good.preview, checks: undefined }, { checks: given }));
    assert.ok(settings.environment === "preview");
    return settings.checks;
  }

  it("are none beside its health unless the settings say so", () => {
    assert.deepEqual(checksOf(undefined), { commands: {}, pages: [] });
  });

  it("are commands with ten minutes each, and pages as wide as a desk's screen", () => {
    assert.deepEqual(
      checksOf({
        commands: { "end-to-end": { command: "npm run e2e" } },
        pages: [{ path: "/login?next=/" }],
      }),
      {
        commands: { "end-to-end": { command: "npm run e2e", timeoutSeconds: 600 } },
        pages: [{ path: "/login?next=/", width: 1280 }],
      },
    );
  });

  it("say nothing of what runs", () => {
    assert.equal("checks" in hashedSettings(parseSettings(good.preview), previewSchema), false);
  });

  it("are refused in a malformed form", () => {
    preview(
      'towpath:checks.commands.End to end: expected a name of lower-case letters, digits and hyphens, from a letter on, at most 40 characters, got "End to end"; for example "end-to-end"',
      { checks: { commands: { "End to end": { command: "npm run e2e" } } } },
    );
    preview(
      'towpath:checks.commands.end-to-end: expected a command, got "npm run e2e"; write { "command": "npx playwright test" }',
      { checks: { commands: { "end-to-end": "npm run e2e" } } },
    );
    preview(
      'towpath:checks.commands.end-to-end.command: expected a line for the shell, got ["npm"]; for example "npx playwright test"',
      { checks: { commands: { "end-to-end": { command: ["npm"] } } } },
    );
    preview(
      "towpath:checks.commands.end-to-end.timeoutSeconds: expected a number of seconds from 1 to 3600, got 0; take 600 if in doubt",
      { checks: { commands: { "end-to-end": { timeoutSeconds: 0 } } } },
    );
    preview('towpath:checks.pages[0]: expected a page, got "/"; write { "path": "/" }', {
      checks: { pages: ["/"] },
    });
    for (const path of ["login", "https://example.com/", "//example.com/"])
      preview(
        `towpath:checks.pages[0].path: expected a path from / on, without a host, got "${path}"; for example "/login"`,
        { checks: { pages: [{ path }] } },
      );
    preview(
      "towpath:checks.pages[0].width: expected a width in pixels from 200 to 4000, got 20; take 1280 if in doubt",
      { checks: { pages: [{ path: "/", width: 20 }] } },
    );
  });
});
