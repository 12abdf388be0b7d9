import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { releasable } from "../../../components/application/running-services.ts";
import { merged, refusalOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const shared = merged(notes, {
  volumes: ["uploads"],
  services: { api: { volumes: { uploads: "/app/uploads" } }, worker: { volumes: { uploads: "/data" } } },
}) as object;
const refused = refusalOf(parseApplication, shared);

describe("the volumes of services", () => {
  it("are declared once, and are where each service says", () => {
    const { volumes, services } = parseApplication(shared);
    assert.deepEqual(volumes, ["uploads"]);
    assert.deepEqual(
      Object.values(services).map((service) => service.volumes),
      [{ uploads: "/app/uploads" }, { uploads: "/data" }, {}],
    );
  });

  it("are not where only services that use them are missing", () => {
    const mail = { image: "web", only: ["local"], volumes: { mails: "/mails" } };
    const described = merged(shared, { volumes: ["uploads", "mails", "old"], services: { mail } });
    // One that nobody uses any more is declared to be kept.
    assert.deepEqual(releasable(parseApplication(described)).volumes, ["uploads", "old"]);
  });

  it("are refused at a path that is none", () => {
    for (const path of ["app/uploads", "/", "/app/../etc", "/app/.", "/app/", "/a b", "/a:ro", ""])
      refused(
        `services.api.volumes.uploads: expected an absolute path in the container, without "." and ".." in it, got "${path}"; for example "/app/uploads"`,
        { services: { api: { volumes: { uploads: path } } } },
      );
  });

  it("are refused where something else is", () => {
    for (const path of ["/run", "/run/secrets", "/run/secrets/app"])
      refused(
        `services.api.volumes.uploads: secrets are at /run/secrets, got "${path}"; choose another folder`,
        { services: { api: { volumes: { uploads: path } } } },
      );
    const taken = (owner: string, path: string): string =>
      `services.api.volumes.uploads: the folder is taken by ${owner}, got "${path}"; choose another folder`;
    const at = (path: string, more: object): object => ({
      services: { api: { volumes: { uploads: path }, ...more } },
    });
    refused(taken("tmpfs", "/cache"), at("/cache", { tmpfs: ["/cache"] }));
    refused(taken("readOnly, which has it in memory", "/tmp"), at("/tmp", { readOnly: true }));
    refused(taken("images.api.dev.mounts", "/app/notes"), {
      images: { api: { dev: { target: "dev", mounts: { "app/api/notes": "/app/notes" } } } },
      ...at("/app/notes", {}),
    });
    refused(
      'services.api.volumes.more: the folder is taken by the volume "uploads", got "/app/uploads"; choose another folder',
      { volumes: ["uploads", "more"], services: { api: { volumes: { more: "/app/uploads" } } } },
    );
  });

  it("are refused by names that are taken, twice, or nobody's", () => {
    refused('volumes[1]: Towpath has a volume of this name itself, got "postgres"; choose another name', {
      volumes: ["uploads", "postgres"],
    });
    refused('volumes[1]: declared twice, got "uploads"; remove one of them', {
      volumes: ["uploads", "uploads"],
    });
    refused('services.api.volumes.uplods: no such volume, got "uplods"; did you mean "uploads"', {
      services: { api: { volumes: { uplods: "/x" } } },
    });
    refused(
      [
        'services.api.volumes.uploads: no such volume, got "uploads"; add volumes: ["uploads"] to the application',
        'services.worker.volumes.uploads: no such volume, got "uploads"; add volumes: ["uploads"] to the application',
      ].join("\n"),
      { volumes: undefined },
    );
  });
});
