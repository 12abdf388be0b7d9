import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { descriptionOf } from "../../../components/plan/release-description.ts";
import { stoppedServices } from "../../../components/plan/stopped-services.ts";
import type { ReleaseRecord } from "../../../components/plan/release-record.ts";
import { notes } from "../application/notes.ts";
import { merged } from "../assert-refused.ts";
import { imagesOf, recordFor } from "./records.ts";

const times = { drainSeconds: 10, gateTimeoutSeconds: 360 };
const worker = { rollout: "stop-first" };
const application = parseApplication(merged(notes, { services: { worker } }));
const description = descriptionOf(application);
const current = recordFor(imagesOf("a"), description);

/** What is said of a release of other images, unless `change` says otherwise. */
function said(change: object, of = application, settings: object = times): string[] {
  const { settingsHash } = current;
  const plan = { current, images: imagesOf("b"), description, settingsHash, ...change };
  return stoppedServices(of, plan, { ...times, ...settings });
}

describe("a service of which never two copies run", () => {
  const unknown =
    "services.worker: stops for the release, until the new copy is healthy: the old one has 10 s to end, the new one 360 s";

  it("is said to stop where its image, its description or a setting changes", () => {
    assert.deepEqual(said({}), [unknown]);
    const same = { images: imagesOf("a") };
    assert.deepEqual(said(same), []);
    assert.deepEqual(said({ ...same, settingsHash: "another" }), [unknown]);
    const described = descriptionOf(
      parseApplication(merged(notes, { services: { worker: { ...worker, command: ["other"] } } })),
    );
    assert.deepEqual(said({ ...same, description: described }), [unknown]);
  });

  it("is said to stop as long as the last time, and whose paths nobody answers", () => {
    const handedOver = { "services.worker": 3.2 };
    const { receipts } = current;
    const last: ReleaseRecord = {
      ...current,
      receipts: { ...receipts, route: { ...receipts.route, handedOver } },
    };
    assert.deepEqual(said({ current: last }), [
      "services.worker: stops for the release, about 4 s as the last time",
    ]);
    const routed = parseApplication(
      merged(notes, { services: { worker: { ...worker, port: 1, routes: ["/beat/*"] } } }),
    );
    assert.deepEqual(said({ current: last }, routed), [
      "services.worker: stops for the release, about 4 s as the last time; nobody answers /beat/* meanwhile",
    ]);
    const publishing = parseApplication(
      merged(notes, { services: { worker: { ports: ["25:2525", "53:53/udp"] } } }),
    );
    assert.deepEqual(said({ current: last }, publishing), [
      "services.worker: stops for the release, about 4 s as the last time; nobody answers port 25, port 53/udp meanwhile",
    ]);
  });

  it("is left alone by a first release and by a canary", () => {
    assert.deepEqual(said({ current: undefined }), []);
    assert.deepEqual(said({}, application, { canary: { weight: 10 } }), []);
  });
});
