import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { secretPaths } from "../../../components/application/secret-paths.ts";
import { merged, refusalOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const good = merged(notes, {
  services: { api: { secrets: ["LICENSE_KEY", "JWT_SECRET"], tmpfs: ["/run/notes"] } },
  secrets: { LICENSE_KEY: { path: "/etc/app/license.json" } },
}) as object;
const refused = refusalOf(parseApplication, good);

/** The path of the secret in the good application. */
const at = (path: string) => ({ secrets: { LICENSE_KEY: { path } } });

describe("the path of a secret's file", () => {
  it("is one of choice (000-55)", () => {
    assert.deepEqual(parseApplication(good).secrets, {
      LICENSE_KEY: { delivery: "file", path: "/etc/app/license.json" },
      JWT_SECRET: { delivery: "variable" },
    });
  });

  it("stands beside the usual one where its variable tells so", () => {
    const environment = { LICENSE_KEY_FILE: "/etc/app/license.json", OTHER_FILE: "/run/secrets/OTHER" };
    assert.deepEqual(secretPaths("LICENSE_KEY", environment), [
      "/run/secrets/LICENSE_KEY",
      "/etc/app/license.json",
    ]);
    assert.deepEqual(secretPaths("OTHER", environment), ["/run/secrets/OTHER"]);
    assert.deepEqual(secretPaths("OTHER", {}), ["/run/secrets/OTHER"]);
  });

  it("is refused when it is none of a file of the container's own", () => {
    for (const path of ["license.json", "/etc/../license.json", "/etc/app/", "/etc/a:b", "/etc/a b", "/"]) {
      refused(
        `secrets.LICENSE_KEY.path: expected an absolute path of a file in the container, got "${path}"; for example "/etc/app/license.json"`,
        at(path),
      );
    }
    for (const path of ["/run/secrets/license", "/var/run/secrets/x", "/proc/1", "/sys/x", "/dev/shm/x"]) {
      refused(
        `secrets.LICENSE_KEY.path: expected a path outside of /dev, /proc, /run/secrets, /sys, /var/run/secrets, /etc/hostname, /etc/hosts and /etc/resolv.conf, got "${path}"; for example "/etc/app/license.json"`,
        at(path),
      );
    }
  });

  it("is refused for a secret that is a variable", () => {
    refused(
      'secrets.JWT_SECRET.path: a secret that is a variable has no file, got "/etc/app/jwt"; remove the path, or the delivery',
      { secrets: { JWT_SECRET: { delivery: "variable", path: "/etc/app/jwt" } } },
    );
  });

  it("is refused where another secret of the service is, and not where that is another service's", () => {
    const both = (path: string) => ({ secrets: { JWT_SECRET: { delivery: "file", path } } });
    for (const path of ["/etc/app/license.json", "/etc/app", "/etc/app/license.json/key"]) {
      refused(
        `secrets.JWT_SECRET.path: services.api has secrets.LICENSE_KEY at "/etc/app/license.json", got "${path}"; give each a path of its own`,
        both(path),
      );
    }
    const apart = {
      ...both("/etc/app/license.json"),
      services: { api: { secrets: ["LICENSE_KEY"] }, web: { secrets: ["JWT_SECRET"] } },
    };
    assert.equal(parseApplication(merged(good, apart)).secrets.JWT_SECRET?.path, "/etc/app/license.json");
    // What a need brings is a secret of the service, too.
    refused(
      'secrets.LICENSE_KEY.path: services.api has secrets.REDIS_URL at "/etc/app/license.json", got "/etc/app/license.json"; give each a path of its own',
      { secrets: { REDIS_URL: { path: "/etc/app/license.json" } } },
    );
  });

  it("is refused where memory, mounted source or a volume would hide it", () => {
    refused(
      'secrets.LICENSE_KEY.path: services.api has a tmpfs at "/run/notes", got "/run/notes/license.json"; name a path outside of it',
      at("/run/notes/license.json"),
    );
    refused(
      'secrets.LICENSE_KEY.path: services.api has a tmpfs at "/run/notes", got "/run/notes"; name a path outside of it',
      at("/run/notes"),
    );
    refused(
      'secrets.LICENSE_KEY.path: services.api has a tmpfs at "/tmp", got "/tmp/license.json"; name a path outside of it',
      { ...at("/tmp/license.json"), services: { api: { readOnly: true } } },
    );
    refused(
      'secrets.LICENSE_KEY.path: services.api has a volume at "/app/uploads", got "/app/uploads/license.json"; name a path outside of it',
      {
        ...at("/app/uploads/license.json"),
        volumes: ["uploads"],
        services: { api: { volumes: { uploads: "/app/uploads" } } },
      },
    );
    refused(
      'secrets.LICENSE_KEY.path: services.api has mounted source at "/app/notes", got "/app/notes/license.json"; name a path outside of it',
      {
        ...at("/app/notes/license.json"),
        images: { api: { dev: { target: "dev", mounts: { "app/api/notes": "/app/notes" } } } },
      },
    );
  });
});
