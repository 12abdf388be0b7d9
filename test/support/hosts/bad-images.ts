import { fakeApi } from "./fake-api.ts";
import type { ImageChanges } from "./released-project.ts";

/** Releases that must not reach users, by what they do. */
export const badImages = {
  "exits at once": { api: ['CMD ["sh", "-c", "echo no configuration; exit 3"]'] },
  "never answers": { api: ['CMD ["sh", "-c", "trap exit TERM; sleep 3600 & wait"]'] },
  "answers 500": fakeApi("ThreadingHTTPServer", "self.send_error(500)"),
  // Healthy for the gate and the smoke check; what users ask kills it.
  "answers healthy and then dies": fakeApi("HTTPServer", "if next(count) > 6: os._exit(3)", "self.healthy()"),
} as const satisfies Record<string, ImageChanges>;
