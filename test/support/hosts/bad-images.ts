import type { ImageChanges } from "./released-project.ts";

/** A program in the place of the API that answers every request, as a line of a Dockerfile. */
function answering(...program: readonly string[]): ImageChanges {
  const lines = [
    "import http.server, itertools, os",
    "count = itertools.count(1)",
    "class Handler(http.server.BaseHTTPRequestHandler):",
    "  def do_GET(self):",
    ...program.map((line) => `    ${line}`),
    "http.server.ThreadingHTTPServer(('', 8000), Handler).serve_forever()",
  ];
  return { api: [`CMD ${JSON.stringify(["python", "-c", lines.join("\n")])}`] };
}

/** Releases that must not reach users, by what they do. */
export const badImages = {
  "exits at once": { api: ['CMD ["sh", "-c", "echo no configuration; exit 3"]'] },
  "never answers": { api: ['CMD ["sleep", "3600"]'] },
  "answers 500": answering("self.send_error(500)"),
  // Healthy for the gate and the smoke check; what users ask kills it.
  "answers healthy and then dies": answering(
    "if next(count) > 6: os._exit(3)",
    'body = b\'{"status": "healthy"}\'',
    "self.send_response(200)",
    "self.send_header('Content-Length', str(len(body)))",
    "self.end_headers()",
    "self.wfile.write(body)",
  ),
} as const satisfies Record<string, ImageChanges>;
