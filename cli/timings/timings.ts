import type { Command } from "commander";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { noteSpan, noteStart, now, spansIn, timingsVariable } from "../../components/timing/spans.ts";
import type { Project } from "../project.ts";
import { traceOf } from "./trace.ts";
import { waterfall } from "./waterfall.ts";

/** Gives a command the option `--timings`: at its end it prints where its time went, on standard error, and keeps a trace. */
export function withTimings(command: Command, openProject: () => Promise<Project>): Command {
  let began = 0;
  let folder: string | undefined;
  return command
    .option("--timings", "print where the time went, and keep a trace for a browser's profiler")
    .hook("preAction", () => {
      if (command.opts().timings !== true) return;
      folder = mkdtempSync(join(tmpdir(), "towpath-timings-"));
      process.env[timingsVariable] = join(folder, "spans");
      noteStart("command", "towpath");
      began = now();
    })
    .hook("postAction", async () => {
      if (folder === undefined) return;
      noteSpan("command", fullName(command), began);
      const spans = spansIn(readFileSync(join(folder, "spans"), "utf8"));
      rmSync(folder, { recursive: true });
      const { privateFolder } = await openProject();
      const file = join(privateFolder, "timings", `${fullName(command).replaceAll(" ", "-")}.json`);
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, traceOf(spans));
      process.stderr.write(
        `\n${waterfall(spans)}\ntrace: ${relative(process.cwd(), file)} (open it in ui.perfetto.dev, or chrome://tracing)\n`,
      );
    });
}

/** The words of a command after `towpath`: `preview up`. */
function fullName(command: Command): string {
  const { parent } = command;
  return parent?.parent == null ? command.name() : `${fullName(parent)} ${command.name()}`;
}
