import assert from "node:assert/strict";
import { shown } from "../../../../../cli/init/compose/merging.ts";
import { cycle, noFile, noServices, outside } from "../../../../../cli/init/compose/reading.ts";
import { notAMap, notYaml, ownAnchor, tooMany } from "../../../../../cli/init/compose/yaml.ts";
import { composed } from "./composed.ts";

type Around = Parameters<typeof composed>[1];

describe("reading compose files", () => {
  const services = (text: string, around: Around = {}): unknown =>
    JSON.parse(shown(composed(text, around).services));
  const refused = (text: string, message: string, around: Around = {}): void => {
    assert.throws(() => composed(text, around), { name: "Problem", message });
  };

  it("resolves anchors and merge keys, of which a map's own keys win", () => {
    assert.deepEqual(
      services(
        "x-a: &a\n  restart: always\n  image: a\nx-b: &b { image: b }\nservices:\n  web:\n    <<: [*b, *a]\n    user: me",
      ),
      { web: { image: "b", restart: "always", user: "me" } },
    );
  });

  it("keeps numbers as they are written", () => {
    assert.deepEqual(services("services: { web: { image: a, environment: { V: 1.10 } } }"), {
      web: { image: "a", environment: { V: "1.10" } },
    });
  });

  it("merges files: maps and lists are added, commands replaced, and tags take away", () => {
    const first =
      "services:\n  web:\n    image: a\n    command: [one, two]\n    ports: ['80:80']\n    environment: [A=1, B=2]\n    volumes: ['./a:/code']";
    const second =
      "services:\n  web:\n    command: three\n    ports: ['81:81', '80:80']\n    environment: { B: 3, C: null }\n    volumes: ['./b:/code']";
    const files = { "compose.prod.yaml": second };
    const named = ["compose.yaml", "compose.prod.yaml"];
    assert.deepEqual(services(first, { files, named }), {
      web: {
        image: "a",
        command: "three",
        ports: ["80:80", "81:81"],
        environment: { A: "1", B: "3", C: null },
        volumes: ["./b:/code"],
      },
    });
    const tagged = {
      "compose.prod.yaml": "services:\n  web:\n    ports: !reset []\n    volumes: !override ['c:/c']",
    };
    assert.deepEqual(services(first, { files: tagged, named }), {
      web: { image: "a", command: ["one", "two"], environment: { A: "1", B: "2" }, volumes: ["c:/c"] },
    });
  });

  it("takes over what a service extends, from this file or another, and what is included", () => {
    const files = {
      "base/common.yaml": "services:\n  app:\n    build: .\n    environment: { A: 1 }",
      "more/compose.yaml": "services:\n  mail:\n    image: ${MAIL:-mail}",
      "more/.env": "MAIL=own",
    };
    const compose = composed(
      "include: [more/compose.yaml]\nservices:\n  web:\n    extends: { file: base/common.yaml, service: app }\n    environment: { B: 2 }\n  worker:\n    extends: web\n    command: work",
      { files },
    );
    const read = JSON.parse(shown(compose.services)) as Record<string, unknown>;
    assert.deepEqual(read.mail, { image: "own" });
    assert.deepEqual(read.worker, {
      build: { context: "." },
      environment: { A: "1", B: "2" },
      extends: { service: "web" },
      command: "work",
    });
    assert.deepEqual(compose.files, ["compose.yaml", "more/compose.yaml", "base/common.yaml"]);
  });

  it("refuses what is no YAML, or no compose file, with the line", () => {
    refused(
      "services:\n  web:\n   image: [a\n",
      `compose.yaml:4: ${notYaml("Flow sequence in block collection must be sufficiently indented and end with a ]")}`,
    );
    refused("a: 1\na: 2", `compose.yaml:2: ${notYaml("Map keys must be unique")}`);
    refused("- a", `compose.yaml:1: ${notAMap}`);
    refused("", `compose.yaml: ${noServices}`);
    refused("x: &a\n  y: [*a]", `compose.yaml:2: x.y[0].y[0]: ${ownAnchor("a")}`);
    const many = [
      "a: &a0 [1,1,1,1,1,1,1,1,1,1]",
      ...Array.from({ length: 6 }, (_, n) => `b${n}: &a${n + 1} [${`*a${n},`.repeat(10)}]`),
    ];
    assert.throws(
      () => composed(many.join("\n")),
      (error: Error) => error.message.endsWith(tooMany),
    );
    assert.equal(notYaml("x at line 2, column 1:\n\nmore"), 'expected YAML, got "x"; mend the line');
    assert.equal(notAMap, "expected a compose file with services, got something else; name another file");
    assert.equal(noServices, "expected a compose file with services, got none; name another file");
    assert.equal(ownAnchor("a"), "the anchor contains itself, got *a; write out what is meant");
    assert.equal(tooMany, "expected at most 20000 values, got more; write out what its anchors repeat");
    refused(
      "services: [a]",
      "compose.yaml:1: services: expected a map of services by their names, got a list; give each a name",
    );
    refused(
      "services:\n  web:",
      "compose.yaml:2: services.web: expected a map of what it is, got nothing; give it an image or build",
    );
  });

  it("refuses a missing file, a path that leads out, a circle and an unknown service, all at once", () => {
    refused("", noFile("other.yaml"), { named: ["other.yaml"] });
    refused(
      [
        "include: [gone.yaml, ../other/compose.yaml]",
        "services:",
        "  a: { extends: b }",
        "  b: { extends: { service: a } }",
        "  c: { extends: { service: x, file: /etc/compose.yaml } }",
        "  d: { extends: webb }",
        "  web: { image: '${TAG:?}' }",
      ].join("\n"),
      [
        "compose.yaml:7: services.web.image: expected a value of TAG, got none; put TAG=… into the .env beside the file, or give it as a variable of the shell",
        `compose.yaml:1: ${noFile("gone.yaml")}`,
        `compose.yaml:1: include: ${outside("../other/compose.yaml")}`,
        `compose.yaml:4: services.b.extends: ${cycle(["a", "b", "a"])}`,
        `compose.yaml:3: services.a.extends: ${cycle(["b", "a", "b"])}`,
        `compose.yaml:5: services.c.extends: ${outside("/etc/compose.yaml")}`,
        'compose.yaml:6: services.d.extends: no such service in compose.yaml, got "webb"; did you mean "web"',
      ].join("\n"),
    );
    refused(
      "include: [a.yaml]\nservices: { web: { image: a } }",
      `a.yaml:1: include: ${cycle(["compose.yaml", "a.yaml", "compose.yaml"])}`,
      {
        files: { "a.yaml": "include: [compose.yaml]" },
      },
    );
    assert.equal(
      noFile("a.yaml"),
      "a.yaml: no such file, and the services are described there; mend the path",
    );
    assert.equal(
      outside("../a"),
      'expected a path within the repository, got "../a"; move what is there into it',
    );
    assert.equal(cycle(["a", "b", "a"]), "cycle a -> b -> a; remove one of these");
  });
});
