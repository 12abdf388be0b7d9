/** Pictures of pages, taken by a real browser of a server on this machine. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBrowser, takePictures, type Picture } from "../../../cli/preview/pictures.ts";
import { authorization } from "../../../components/gateway/admission.ts";
import { showProgress } from "../../../cli/terminal/progress.ts";

const password = "open-sesame";

describe("pictures of a preview's pages", () => {
  let server: Server;
  let folder: string;

  before(async () => {
    // Long, and with a part that comes late: a page is taken whole.
    const page = `<body style="margin:0"><div style="height:1500px"></div><script>
      fetch("/late").then(() => { document.body.style.paddingBottom = "500px"; });</script>`;
    server = createServer(({ url, headers }, response) => {
      if (headers.authorization !== authorization(password))
        response.writeHead(401, { "www-authenticate": 'Basic realm="preview"' }).end("who is there?");
      else if (url === "/late") setTimeout(() => response.end("{}"), 300);
      else response.writeHead(url === "/" ? 200 : 500, { "content-type": "text/html" }).end(page);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    folder = mkdtempSync(join(tmpdir(), "towpath-pictures-"));
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function taken(wanted: readonly string[], given: string | undefined): Promise<Picture[]> {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const browser = findBrowser(process.env);
    return takePictures(
      wanted.map((path) => ({ path, width: 400 })),
      { url, password: given, browser, knowsNoAuthority: false, folder },
      showProgress(),
    );
  }

  it("are whole, behind the password, also of a page that fails", async () => {
    assert.deepEqual(await taken(["/", "/broken"], password), [
      { name: "/", passed: true, file: "page-1.png" },
      { name: "/broken", passed: false, words: "expected a page, got 500", file: "page-2.png" },
    ]);
    const picture = readFileSync(join(folder, "page-1.png"));
    assert.deepEqual([picture.readUInt32BE(16), picture.readUInt32BE(20)], [400, 2000]);
  });

  it("are none of what lies behind a password that is not known, or of what is not there", async () => {
    const [page] = await taken(["/"], undefined);
    assert.deepEqual([page?.passed, page?.file], [false, undefined]);
    assert.match(page?.words ?? "", /^expected a page, got "net::ERR_INVALID_AUTH_CREDENTIALS /);
    const [none] = await takePictures(
      [{ path: "/", width: 400 }],
      {
        ...{ url: "http://127.0.0.1:9", password: undefined, knowsNoAuthority: false, folder },
        browser: findBrowser(process.env),
      },
      showProgress(),
    );
    assert.deepEqual([none?.passed, none?.file], [false, undefined]);
    assert.match(none?.words ?? "", /^expected a page, got "net::ERR_/);
  });
});
