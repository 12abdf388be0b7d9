import assert from "node:assert/strict";
import { execa } from "execa";
import { composeProgram } from "../../../bench/compose-program.ts";
import { freePort } from "../../support/free-port.ts";
import { blocksOf } from "../../support/docs.ts";
import { imageMirror } from "../../support/hosts/lab.ts";
import { TestProject } from "../../support/project.ts";
import { request } from "../../support/request.ts";
import { until } from "../../support/until.ts";

/** The values that the file asks for. */
const values = [
  "JWT_SECRET",
  "POSTGRES_PASSWORD",
  "REDIS_PASSWORD",
  "S3_ACCESS_KEY_ID",
  "S3_SECRET_ACCESS_KEY",
];

/** The time that Compose may take to build and start everything, in milliseconds. */
const patience = 500_000;

describe("the application without Towpath, as a compose file", () => {
  let project: TestProject;
  let program: string;
  let url: string;

  before(async () => {
    program = await composeProgram(console.log);
    project = await TestProject.create();
    project.configure({ imageMirror: await imageMirror() });
    const port = await freePort();
    url = `http://localhost:${port}`;
    project.source.write(
      ".env",
      [
        ...values.map((name) => `${name}=${name.toLowerCase().replaceAll("_", "")}012345678901234567890`),
        `PORT=${port}`,
        "",
      ].join("\n"),
    );
  });
  after(async () => {
    await compose(
      "--profile",
      "jobs",
      "down",
      "--volumes",
      "--remove-orphans",
      "--timeout",
      "1",
      "--rmi",
      "local",
    );
    await project.remove();
  });

  async function compose(...args: readonly string[]): Promise<string> {
    const { stdout } = await execa(program, ["--project-name", project.namespace, ...args], {
      cwd: project.folder,
      stdin: "ignore",
      timeout: patience,
    });
    return stdout;
  }

  it("is served, works on jobs, and migrates before it starts", async () => {
    const [command = ""] = blocksOf("adopt.md", "bash");
    const written = await project.spawn("sh", ["-c", command]).ended;
    assert.equal(written.code, 0, written.stderr);
    assert.match(written.stderr, /^not in it: smoke: /m);

    await compose("up", "--build", "--detach");
    await until("the page", 120, async () => {
      const answer = await request(`${url}/api/health`).catch(() => undefined);
      return answer?.status === 200 || undefined;
    });
    assert.match(await (await request(url)).text(), /<title>/);
    await compose("run", "--rm", "job-seed");
    const listed = (await (await request(`${url}/api/notes`)).json()) as { title: string }[];
    assert.ok(
      listed.some(({ title }) => title === "A shopping list"),
      JSON.stringify(listed),
    );
    await until("the worker's results", 60, async () => {
      const [one] = (await (await request(`${url}/api/notes`)).json()) as { result?: { state: string } }[];
      return one?.result?.state === "done" || undefined;
    });
  });
});
