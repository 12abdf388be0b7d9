import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { timingsVariable } from "../../components/timing/spans.ts";

/** A step of the engine on one resource, before or after it. */
export interface ResourceStep {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly new?: { readonly outputs?: Record<string, unknown> } | null;
}

/** A message of the engine, of a plugin or of the program. */
export interface Diagnostic {
  readonly message: string;
  readonly severity: string;
  readonly urn?: string;
  readonly ephemeral?: boolean;
}

/** One line of what `pulumi up --json` prints: those kinds that are used here. */
export interface EngineEvent {
  readonly diagnosticEvent?: Diagnostic;
  readonly resourcePreEvent?: { readonly metadata: ResourceStep };
  readonly resOutputsEvent?: { readonly metadata: ResourceStep };
  readonly resOpFailedEvent?: { readonly metadata: ResourceStep };
  readonly summaryEvent?: { readonly resourceChanges: Record<string, number> };
}

/** The time between two looks at the file, in milliseconds; where times are noted, they are off by that. */
const intervals = { usual: 100, timed: 20 };

/**
 * Follows the events of an operation under way, from the file that its output goes to.
 *
 * Pulumi's own Automation API does the same over gRPC; loading it takes a second, and it starts the CLI four more times
 * around each operation. A file also outlives us: a command line that is killed does not take the engine down with it.
 */
export function followEvents(
  path: string,
  onEvent: (event: EngineEvent) => void,
): { /** Reads what is left, and ends. */ end(): void } {
  const file = openSync(path, "r");
  const decoder = new StringDecoder("utf8");
  const buffer = Buffer.alloc(1 << 16);
  let rest = "";
  function read(): void {
    for (let count = 1; count > 0;) {
      count = readSync(file, buffer);
      const lines = (rest + decoder.write(buffer.subarray(0, count))).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.startsWith("{")) onEvent(JSON.parse(line) as EngineEvent);
    }
  }
  const timer = setInterval(read, intervals[process.env[timingsVariable] ? "timed" : "usual"]);
  return {
    end() {
      clearInterval(timer);
      read();
      closeSync(file);
    },
  };
}
