import assert from "node:assert/strict";
import { renderSite } from "../../../components/gateway/site.ts";

describe("the gateway's file", () => {
  it("sends each path to the container that the release in use names", () => {
    const site = renderSite({
      name: "notes-local",
      address: ":8080",
      routes: [
        { path: "/robots.txt", service: "web", port: 8080 },
        { path: "/api/*", service: "api", port: 8000 },
      ],
    });
    assert.equal(
      site,
      `:8080 {
	encode zstd gzip
	header {
		-Server
		X-Content-Type-Options nosniff
	}
	route {
		handle /robots.txt {
			reverse_proxy {file./etc/caddy/sites/notes-local/current/web}:8080
		}
		handle /api/* {
			reverse_proxy {file./etc/caddy/sites/notes-local/current/api}:8000
		}
	}
}
`,
    );
  });

  it("answers nothing for an application without routes", () => {
    assert.match(
      renderSite({ name: "jobs", address: "jobs.example.com", routes: [] }),
      /^jobs\.example\.com \{\n/,
    );
  });
});
