import assert from "node:assert/strict";
import { found } from "../../../components/application/names.ts";
import { parseApplication } from "../../../components/application/parse.ts";
import { mebibytes } from "../../../components/application/process.ts";
import { merged, messageOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const withApi = (api: object): unknown => merged(notes, { services: { api } });

describe("the process of a service", () => {
  it("is as the image says, unless it is told otherwise", () => {
    const { init, tmpfs, ulimits, extraHosts, ...others } = found(parseApplication(notes).services, "api");
    assert.deepEqual([init, tmpfs, ulimits, extraHosts], [false, [], {}, {}]);
    for (const name of ["entrypoint", "user", "workingDir", "stopSignal", "shmSize"])
      assert.equal(name in others, false, name);
    const told = {
      ...{
        entrypoint: ["python"],
        user: "app:1000",
        workingDir: "/app",
        init: true,
        stopSignal: "SIGRTMIN+3",
      },
      ...{ tmpfs: ["/run/app"], shmSize: "1GiB", ulimits: { nofile: 65536 }, extraHosts: { "a.b": "::1" } },
    };
    const api = found(parseApplication(withApi(told)).services, "api");
    assert.deepEqual({ ...api, ...told }, api);
  });

  it("is refused when it cannot be told so", () => {
    const wrong = {
      ...{ entrypoint: [], user: "a b", workingDir: "app", init: "yes", stopSignal: "quit" },
      ...{
        tmpfs: ["run"],
        shmSize: "64m",
        ulimits: { files: 1, nofile: -1 },
        extraHosts: { "a b": "::1", a: "b" },
      },
    };
    assert.deepEqual(messageOf(() => parseApplication(withApi(wrong))).split("\n"), [
      'services.api.entrypoint: expected a program with one item a word, got []; for example ["python", "-m"]',
      'services.api.user: expected a user, perhaps with a group, by name or number, got "a b"; for example "1000:1000", without spaces',
      'services.api.workingDir: expected an absolute path in the container, got "app"; for example "/app"',
      'services.api.init: expected true or false, got "yes"; write it without quotes',
      'services.api.stopSignal: expected a signal\'s name, got "quit"; for example "SIGQUIT"',
      'services.api.tmpfs[0]: expected an absolute path in the container, got "run"; for example "/app"',
      'services.api.shmSize: expected a size of 1MiB to 1024GiB, in whole MiB or GiB, got "64m"; for example "256MiB"',
      'services.api.ulimits.files: expected an ulimit out of core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending, stack, got "files"; for example "nofile"',
      "services.api.ulimits.nofile: expected a whole number from 0 on, got -1; for example 65536",
      'services.api.extraHosts.a b: expected a host name, got "a b"; for example "legacy.internal"',
      'services.api.extraHosts.a: expected an IP address, got "b"; for example "10.0.0.7"',
    ]);
    assert.deepEqual(["1MiB", "2GiB", "0MiB", "2048GiB"].map(mebibytes), [1, 2048, undefined, undefined]);
  });
});

describe("the rollout of a service", () => {
  it("is said where it is not the usual one", () => {
    const { api } = parseApplication(withApi({ rollout: "stop-first" })).services;
    assert.equal(api?.rollout, "stop-first");
  });

  it("is refused when it is none", () => {
    assert.equal(
      messageOf(() => parseApplication(withApi({ rollout: "stopfirst" }))),
      'services.api.rollout: expected "start-first" or "stop-first", got "stopfirst"; take stop-first where two copies must never run',
    );
  });
});
