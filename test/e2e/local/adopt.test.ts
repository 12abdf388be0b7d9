import assert from "node:assert/strict";
import { blocksOf } from "../../support/docs.ts";
import { freePort } from "../../support/free-port.ts";
import { InstalledTowpath, type OwnRepository } from "../../support/own-repository.ts";
import { request } from "../../support/request.ts";
import { sampled } from "../../support/quick.ts";

/** An image of a program in Python's own library, which listens on a port and answers on a path when it is ready. */
const dockerfile = (port: number, path: string, ...lines: string[]): string =>
  [
    "ARG IMAGE_MIRROR=docker.io",
    "FROM ${IMAGE_MIRROR}/library/python:3.11-slim-bookworm",
    "WORKDIR /srv",
    ...lines,
    `EXPOSE ${port}`,
    // Python ends at once when it is interrupted, and as process 1 not at all when it is asked to.
    "STOPSIGNAL SIGINT",
    `HEALTHCHECK CMD python -c "import urllib.request as u; u.urlopen('http://localhost:${port}${path}')"`,
  ].join("\n");

const pages = (port: number): string => `CMD ["python", "-m", "http.server", "${port}"]\n`;

/** One service at the root, with files that no build may see. */
const oneService = {
  Dockerfile: `${dockerfile(8000, "/", "COPY . .", "RUN test ! -e .git && test ! -e .env && test ! -e infra")}\n${pages(8000)}`,
  "index.html": "one service",
  ".env": "PASSWORD=x",
  ".gitignore": ".env\n",
};

/** Two services below `apps/`: a page, and an API that lists the variables that it is given. */
const twoServices = {
  "apps/web/Dockerfile": `${dockerfile(3000, "/", "COPY index.html ./")}\n${pages(3000)}`,
  "apps/web/index.html": "two services",
  "apps/api/Dockerfile": `${dockerfile(8000, "/api/health", "COPY . .")}\nCMD ["python", "serve.py"]\n`,
  "apps/api/serve.py": `
import http.server, json, os

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        given = [os.environ.get("DATABASE_URL", "").split(":")[0], "JWT_SECRET" in os.environ]
        self.wfile.write(json.dumps(given).encode())

http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
`,
  ".env.example": "DATABASE_URL=postgresql://notes@localhost/notes\nJWT_SECRET=change-me\n",
  "compose.yaml": "services:\n  db:\n    image: postgres:15\n",
};

/** An image whose Python speaks to PostgreSQL and Redis by itself, so that it needs no packages. */
const ownServers = `
import http.server, os, socket, struct, sys, time, urllib.parse

def redis(*words):
    url = urllib.parse.urlparse(os.environ["REDIS_URL"])
    with socket.create_connection((url.hostname, url.port), 5) as connection:
        answers = connection.makefile("rb")
        for command in (("AUTH", url.password), words):
            text = "".join(f"\${len(word)}\\r\\n{word}\\r\\n" for word in command)
            connection.sendall(f"*{len(command)}\\r\\n{text}".encode())
            answer = answers.readline().decode().strip()
    return answer

def postgres():
    with socket.create_connection((os.environ["DB_HOST"], int(os.environ["DB_PORT"])), 5) as connection:
        user = os.environ["DB_USER"], os.environ["DB_NAME"]
        words = f"user\\0{user[0]}\\0database\\0{user[1]}\\0\\0".encode()
        connection.sendall(struct.pack("!ii", len(words) + 8, 196608) + words)
        return connection.recv(1).decode()

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        if self.path != "/health":
            while redis("EXISTS", "work") != ":1":
                time.sleep(0.1)
            given = postgres(), redis("INCR", "requests"), os.environ["JWT_SECRET"], os.environ["DATABASE_URL"].split(":")[0]
            self.wfile.write(" ".join(given).encode())

if sys.argv[1:] == ["work"]:
    while True:
        redis("INCR", "work")
        time.sleep(0.2)
http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
`;

/** A page, a worker, PostgreSQL and Redis, as a compose file has them. */
const composed = {
  "compose.yaml": `
x-app: &app
  build:
    context: ./app
    args: { GREETING: hello }
  environment:
    DATABASE_URL: postgresql://shop:\${DB_PASSWORD:-shop}@db:5432/finance_report
    DB_HOST: db
    DB_PORT: 5432
    DB_USER: shop
    DB_NAME: finance_report
    REDIS_URL: redis://cache:6379/0
    JWT_SECRET: \${JWT_SECRET}
  depends_on:
    db: { condition: service_healthy }
    cache: { condition: service_started }
  restart: unless-stopped
services:
  web:
    <<: *app
    command: python -u own.py
    ports: ["8000:8000"]
    healthcheck:
      test: python -c "import urllib.request as u; u.urlopen('http://localhost:8000/health')"
      interval: 2s
  worker:
    <<: *app
    command: ["python", "-u", "own.py", "work"]
    init: true
  db:
    image: postgres:15-alpine
    environment: { POSTGRES_USER: shop, POSTGRES_DB: finance_report, POSTGRES_PASSWORD: "\${DB_PASSWORD:-shop}" }
    volumes: ["data:/var/lib/postgresql/data"]
    healthcheck: { test: ["CMD", "pg_isready"] }
  cache:
    image: redis:7-alpine
    command: redis-server --appendonly yes
volumes: { data: }
`,
  "app/Dockerfile":
    "ARG IMAGE_MIRROR=docker.io\nFROM ${IMAGE_MIRROR}/library/python:3.11-slim-bookworm\nWORKDIR /srv\nCOPY own.py ./\nSTOPSIGNAL SIGINT\n",
  "app/own.py": ownServers,
  ".env": "JWT_SECRET=of-compose\n",
  ".gitignore": ".env\n",
};

describe("docs/adopt.md", () => {
  const towpath = new InstalledTowpath();
  let repository: OwnRepository | undefined;

  before(() => towpath.install());
  afterEach(async () => {
    await repository?.wipe();
  });
  after(() => {
    towpath.remove();
  });

  /** Runs the guide in a repository; what people answer is said by --yes, and the package is installed already. */
  async function follow(files: Readonly<Record<string, string>>): Promise<string> {
    repository = towpath.repository(files);
    const script = blocksOf("adopt.md").join("\n");
    const written = /^npx towpath init( --from \.\.\/compose\.yaml)\nnpm install$/m;
    assert.match(script, written);
    const port = String(await freePort());
    const [make = "", begin = ""] = script
      .replace(written, `npx towpath init --yes${files["app/own.py"] === undefined ? "" : "$1"}`)
      .split(/^(?=npm start$)/m);
    await repository.shell(make);
    repository.takeOverImages("infra");
    const { stdout } = await repository.shell(`cd infra\n${begin}`, { TOWPATH_PORT: port });
    assert.match(stdout, new RegExp(`^url: http://localhost:${port}$`, "m"));
    assert.equal((await repository.shell("git status --porcelain")).stdout, "");
    return `http://localhost:${port}`;
  }

  const textOf = async (url: string): Promise<string> => (await request(url)).text();

  it("makes a project of a compose file: its services run with the servers, secrets and addresses that they need (002-96c)", async () => {
    const url = await follow(composed);
    const [postgres, requests, secret, scheme] = (await textOf(url)).split(" ");
    // PostgreSQL asks for the password, Redis has counted, and the page waits for the worker.
    assert.deepEqual([postgres, secret, scheme], ["R", "of-compose", "postgresql"]);
    assert.match(requests ?? "", /^:\d+$/);
    // The database keeps its name, and data never gets another one.
    const psql = `npx towpath psql --tuples-only --command "SELECT current_database() || ' of ' || current_user"`;
    const asked = await repository?.shell(`cd infra\n${psql}`);
    assert.equal(asked?.stdout.trim(), "finance_report of finance_report_app");
    const refused = await repository?.shell(
      "cd infra\nsed -i s/finance_report/renamed_report/ application.ts\nnpm start 2>&1 && exit 1\nsed -i s/renamed_report/finance_report/ application.ts",
      { TOWPATH_PORT: new URL(url).port },
    );
    assert.match(
      refused?.stdout ?? "",
      /postgres\.database: expected the name of the database that is in \S+-postgres, "finance_report", got "renamed_report"; data keeps the name/,
    );
    assert.equal((await textOf(url)).split(" ")[0], "R");
    const dry = await repository?.shell(
      "mkdir dry\ncd dry\nnpx towpath init --from ../compose.yaml --dry-run --json",
    );
    const { report, written } = JSON.parse(dry?.stdout ?? "") as {
      report: { outcome: string }[];
      written: boolean;
    };
    assert.equal(written, false);
    assert.deepEqual(
      report.filter(({ outcome }) => outcome === "to do"),
      [],
    );
    assert.equal((await repository?.shell("ls dry"))?.stdout, "");
    await repository?.shell("cd infra\nnpm run destroy -- --yes");
    assert.deepEqual(await repository?.footprints(), []);
  });

  sampled("makes a project of a repository with a Dockerfile at its root", async () => {
    const url = await follow(oneService);
    assert.equal(await textOf(url), "one service");
    await repository?.shell("cd infra\nnpm run destroy -- --yes");
    assert.deepEqual(await repository?.footprints(), []);
  });

  sampled("makes a project of a repository with two services below apps/", async () => {
    const url = await follow(twoServices);
    assert.equal(await textOf(url), "two services");
    assert.deepEqual(JSON.parse(await textOf(`${url}/api/variables`)), ["postgresql", true]);
  });

  sampled("starts two projects of one repository side by side", async () => {
    const own = (repository = towpath.repository({
      "one/Dockerfile": oneService.Dockerfile.replace(" && test ! -e infra", ""),
      "one/index.html": "the first",
      "two/Dockerfile": oneService.Dockerfile.replace(" && test ! -e infra", ""),
      "two/index.html": "the second",
    }));
    const projects = ["one", "two"] as const;
    for (const project of projects) {
      await own.shell(`cd ${project}\nnpx towpath init --yes --name ${project}`);
      own.takeOverImages(project);
    }
    const started = await Promise.all(
      projects.map((project) => own.shell(`cd ${project}\nnpx towpath start --json`)),
    );
    const urls = started.map((ended) => (JSON.parse(ended.stdout) as { url: string }).url);
    assert.deepEqual(await Promise.all(urls.map(textOf)), ["the first", "the second"]);
    await own.shell("cd one\nnpx towpath destroy --yes");
    assert.equal(await textOf(urls[1] ?? ""), "the second");
  });
});
