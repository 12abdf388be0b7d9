import assert from "node:assert/strict";
import { renderSite } from "../../../components/gateway/site.ts";

describe("the gateway's file", () => {
  it("sends each path to the container that the current release names", () => {
    const site = renderSite({
      name: "notes-local",
      access: { route: "localhost" },
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
			reverse_proxy {file./etc/caddy/sites/notes-local/current/stable/web/0}:8080
		}
		handle /api/* {
			reverse_proxy {file./etc/caddy/sites/notes-local/current/stable/api/0}:8000
		}
	}
}
`,
    );
  });

  it("leads a port of this machine to one service, beside its own ports (002-32, 003-101)", () => {
    const site = renderSite({
      name: "notes-local",
      access: { route: "localhost" },
      routes: [],
      servicePorts: [
        { published: 5174, service: "web", port: 8080 },
        { published: 8080, service: "api", port: 8000 },
      ],
    });
    assert.ok(
      site.endsWith(`
}
:5174 {
	reverse_proxy {file./etc/caddy/sites/notes-local/current/stable/web/0}:8080
}
:58080 {
	reverse_proxy {file./etc/caddy/sites/notes-local/current/stable/api/0}:8000
}
`),
      site,
    );
  });

  it("asks the activator before each request, and serves on while that is away", () => {
    const site = renderSite({
      name: "notes-pr-12",
      routes: [{ path: "/*", service: "web", port: 8080 }],
      access: {
        route: "domain",
        domain: "pr-12.preview.example.com",
        certificates: "internal",
        healthPaths: [],
        hidden: true,
        sharesCertificate: false,
        passwordHash: "$2a$14$hash",
        drainSeconds: 10,
        activator: "notes-host-previews-activator:8080",
      },
    });
    const [before = "", asked = "", handled = "", failed = ""] = site.split(
      /^(?=\t\tforward_auth |\t\thandle \/\* |\thandle_errors )/m,
    );
    assert.match(before, /basic_auth[^]*vars activator asked\n$/);
    assert.equal(
      asked,
      `\t\tforward_auth notes-host-previews-activator:8080 {
			uri /
			header_up Towpath-Preview notes-pr-12
			fail_duration 5s
			transport http {
				dial_timeout 2s
				response_header_timeout 90s
			}
		}
		vars activator answered
`,
    );
    // The same routes, for requests that it could not be asked about, and not for those that never got so far.
    assert.match(
      failed,
      /^\thandle_errors \{\n\t\t@unanswered vars activator asked\n\t\thandle @unanswered \{/,
    );
    const routes = (text: string): string => text.replaceAll("\t", "").split("\n}\n}\n")[0] ?? "";
    assert.ok(routes(failed).includes(routes(handled)));
  });

  it("has a block for each further host name, and one for each that sends visitors away", () => {
    const site = renderSite({
      name: "notes-production",
      routes: [
        { path: "/*", service: "web", port: 8080 },
        { path: "/*", domain: "api", service: "api", port: 8000 },
      ],
      access: {
        ...{ route: "domain", domain: "example.com", certificates: "automatic", sharesCertificate: false },
        ...{ healthPaths: [], hidden: false, drainSeconds: 30 },
        domains: {
          api: {
            ...{ domain: "api.example.org", certificates: "internal", sharesCertificate: false },
            healthPaths: ["/health"],
          },
        },
        redirects: [
          {
            domain: "www.example.com",
            certificates: "automatic",
            sharesCertificate: false,
            to: "example.com",
          },
          {
            domain: "old.example.com",
            certificates: "internal",
            sharesCertificate: false,
            to: "api.example.org",
          },
        ],
      },
    });
    const [own = "", api = "", www = "", old = ""] = site.split(/^(?=[a-z])/m);
    assert.equal(
      own,
      renderSite({
        name: "notes-production",
        routes: [{ path: "/*", service: "web", port: 8080 }],
        access: {
          ...{ route: "domain", domain: "example.com", certificates: "automatic", sharesCertificate: false },
          ...{ healthPaths: [], hidden: false, drainSeconds: 30 },
        },
      }),
    );
    assert.match(api, /^api\.example\.org \{\n\ttls internal\n\tencode /);
    assert.match(api, /\t\tnot path \/health\n/);
    assert.match(api, /\/current\/stable\/api\/0\}:8000 /);
    assert.doesNotMatch(api, /web|Strict-Transport/);
    const defaults = `	header {
		-Server
		X-Content-Type-Options nosniff
		?Referrer-Policy strict-origin-when-cross-origin
		?X-Frame-Options SAMEORIGIN
`;
    assert.equal(
      www,
      `www.example.com {
${defaults}		?Strict-Transport-Security max-age=31536000
	}
	redir https://example.com{uri} 308
}
`,
    );
    assert.equal(
      old,
      `old.example.com {\n\ttls internal\n${defaults}\t}\n\tredir https://api.example.org{uri} 308\n}\n`,
    );
  });

  it("answers for further host names of one's own machine below localhost", () => {
    const site = renderSite({
      name: "notes-local",
      access: { route: "localhost" },
      routes: [
        { path: "/*", service: "web", port: 8080 },
        { path: "/*", domain: "api", service: "api", port: 8000 },
      ],
    });
    assert.ok(
      site.endsWith(`
}
http://api.localhost:8080 {
	encode zstd gzip
	header {
		-Server
		X-Content-Type-Options nosniff
	}
	route {
		handle /* {
			reverse_proxy {file./etc/caddy/sites/notes-local/current/stable/api/0}:8000
		}
	}
}
`),
      site,
    );
  });

  it("contains certificates, security defaults, copies, a canary and maintenance outside of development", () => {
    const site = renderSite({
      name: "notes-staging",
      routes: [{ path: "/*", service: "web", port: 8080, copies: 2 }],
      access: {
        route: "domain",
        domain: "staging.example.com",
        certificates: "internal",
        healthPaths: ["/api/health"],
        sharesCertificate: false,
        hidden: false,
        drainSeconds: 30,
      },
    });
    assert.equal(
      site,
      `staging.example.com {
	tls internal
	encode zstd gzip
	header {
		-Server
		X-Content-Type-Options nosniff
		?Referrer-Policy strict-origin-when-cross-origin
		?X-Frame-Options SAMEORIGIN
	}
	@new-client \`{http.vars.canary} != "" && {http.request.cookie.towpath} == ""\`
	@canary \`{http.vars.canary} != "" && ({http.request.cookie.towpath} == "" ? {http.request.uuid} : {http.request.cookie.towpath}) < {http.vars.canary}\`
	@maintenance {
		vars maintenance on
		not path /api/health
	}
	route {
		vars {
			canary {file./etc/caddy/sites/notes-staging/current/share}
			maintenance {file./etc/caddy/sites/notes-staging/current/maintenance}
		}
		handle @maintenance {
			header Retry-After 60
			header Content-Type text/html
			respond "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=width=device-width><title>Maintenance</title><body style='font:1.2rem system-ui;max-width:30rem;margin:20vh auto;padding:1rem'><h1>Back soon</h1><p>This site is being maintained. Please try again in a few minutes." 503
		}
		header @new-client +Set-Cookie "towpath={http.request.uuid}; Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax"
		handle /* {
			handle @canary {
				reverse_proxy {file./etc/caddy/sites/notes-staging/current/canary/web/0}:8080 {file./etc/caddy/sites/notes-staging/current/canary/web/1}:8080 {
					lb_policy random
					lb_try_duration 8s
					lb_try_interval 50ms
					stream_close_delay 30s
					transport http {
						keepalive 2s
					}
				}
			}
			handle {
				reverse_proxy {file./etc/caddy/sites/notes-staging/current/stable/web/0}:8080 {file./etc/caddy/sites/notes-staging/current/stable/web/1}:8080 {
					lb_policy random
					lb_try_duration 8s
					lb_try_interval 50ms
					stream_close_delay 30s
					transport http {
						keepalive 2s
					}
				}
			}
		}
	}
}
`,
    );
  });

  it("keeps search engines out, and asks strangers for the password before anything else", () => {
    const site = renderSite({
      name: "notes-pr-12",
      routes: [],
      access: {
        route: "domain",
        domain: "pr-12.example.com",
        certificates: "internal",
        healthPaths: [],
        sharesCertificate: false,
        hidden: true,
        passwordHash: "$2a$10$hash",
        drainSeconds: 10,
      },
    });
    const lines = site.split("\n").map((line) => line.trim());
    const token = "f343d60be8478513169a5158f169088c";
    assert.deepEqual(
      lines.filter((line) => line.includes("Robots")),
      ['header X-Robots-Tag "noindex, nofollow"', 'header >X-Robots-Tag "noindex, nofollow"'],
    );
    assert.ok(lines.includes(`@stranger \`{http.request.cookie.towpath-access} != "${token}"\``), site);
    const from = lines.indexOf("route {");
    assert.deepEqual(lines.slice(from, from + 7), [
      "route {",
      'basic_auth @stranger bcrypt "notes-pr-12" {',
      "preview $2a$10$hash",
      "}",
      "request_header @stranger -Authorization",
      `header @stranger +Set-Cookie "towpath-access=${token}; Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax"`,
      "vars {",
    ]);
  });

  it("tells browsers to stay with HTTPS when a public authority issues the certificates", () => {
    const site = renderSite({
      name: "notes",
      routes: [],
      access: {
        route: "domain",
        domain: "example.com",
        certificates: "automatic",
        healthPaths: [],
        sharesCertificate: false,
        hidden: false,
        drainSeconds: 10,
      },
    });
    assert.match(site, /^\t\t\?Strict-Transport-Security max-age=31536000$/m);
    assert.doesNotMatch(site, /tls internal|not path/);
  });

  it("answers no request for an application without routes", () => {
    assert.match(renderSite({ name: "jobs", access: { route: "localhost" }, routes: [] }), /^:8080 \{\n/);
  });
});
