import type { ImageChanges } from "./released-project.ts";

/** The token of those who have been let in. */
const letIn = "the-token-of-who-knows-the-password";

/**
 * A program in the place of the API, which answers GET requests as `program` says, as a line of a Dockerfile. With
 * `HTTPServer` one after the other, so that it never ends in the middle of another answer.
 */
export function fakeApi(
  server: "ThreadingHTTPServer" | "HTTPServer",
  ...program: readonly string[]
): ImageChanges {
  const lines = [
    "import http.server, itertools, os, signal, time",
    // The first process of a container ignores what it has no handler for.
    "signal.signal(signal.SIGTERM, lambda *_: os._exit(0))",
    "count = itertools.count(1)",
    "class Handler(http.server.BaseHTTPRequestHandler):",
    '  def healthy(self): self.say(b\'{"status": "healthy"}\')',
    "  def say(self, body):",
    "    self.send_response(200)",
    "    self.send_header('Content-Length', str(len(body)))",
    "    self.end_headers()",
    "    self.wfile.write(body)",
    // It lets in who knows the secret SMOKE_PASSWORD.
    "  def do_POST(self):",
    "    sent = self.rfile.read(int(self.headers['Content-Length'])).decode()",
    "    if open('/run/secrets/SMOKE_PASSWORD').read() not in sent: return self.send_error(401)",
    `    self.say(b'{"access_token": "${letIn}"}')`,
    "  def do_GET(self):",
    ...program.map((line) => `    ${line}`),
    `http.server.${server}(('', 8000), Handler).serve_forever()`,
  ];
  return { api: [`CMD ${JSON.stringify(["python", "-c", lines.join("\n")])}`] };
}

/** Answers every request to its own host over HTTPS as a healthy API does; wants a token for `/api/members`, takes two seconds for `/api/slow`, and echoes what comes after an upgrade. */
export const patientApi = fakeApi(
  "ThreadingHTTPServer",
  // As Django does with ALLOWED_HOSTS, and Rails with hosts and force_ssl: checks have to ask as users do.
  "if '.' not in self.headers.get('Host', '') or self.headers.get('X-Forwarded-Proto') != 'https': return self.send_error(400)",
  `if self.path.startswith('/api/members') and self.headers.get('Authorization') != 'Bearer ${letIn}': return self.send_error(401)`,
  "if self.path == '/api/slow': time.sleep(2)",
  "if 'Upgrade' not in self.headers: return self.healthy()",
  "self.send_response(101)",
  "self.send_header('Upgrade', 'websocket')",
  "self.send_header('Connection', 'Upgrade')",
  "self.end_headers()",
  "while data := self.connection.recv(100): self.connection.sendall(data)",
);
