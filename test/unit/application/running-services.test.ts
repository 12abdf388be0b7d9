import assert from "node:assert/strict";
import type { RunningEnvironment } from "../../../components/application/application.ts";
import { parseApplication } from "../../../components/application/parse.ts";
import {
  profileProblems,
  publishedImages,
  releasable,
  runningEnvironments,
  runningIn,
} from "../../../components/application/running-services.ts";
import { ciPlan } from "../../../components/ci/plan.ts";
import { applicationOf, descriptionOf } from "../../../components/plan/release-description.ts";
import { checkAgreement } from "../../../components/settings/agreement.ts";
import { runningHere } from "../../../components/settings/running-here.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import { merged, messageOf, refusalOf } from "../assert-refused.ts";
import * as good from "../settings/good.ts";
import { notes } from "./notes.ts";

const described = merged(notes, {
  images: { mailhog: { context: "mailhog" }, celery: { context: "celery" } },
  services: {
    mailhog: { image: "mailhog", only: ["local"], port: 8025, routes: ["/mail/*"], secrets: ["MAIL_KEY"] },
    celery: { image: "celery", profiles: ["with-celery", "all"], needs: ["redis"], secrets: ["CELERY_KEY"] },
  },
  smoke: [{ path: "/mail/" }, { path: "/" }],
}) as object;
const application = parseApplication(described);

const servicesIn = (environment: RunningEnvironment, profiles: readonly string[] = []): string[] =>
  Object.keys(runningIn(application, { environment, profiles }).services);

describe("where services run", () => {
  it("is everywhere unless one says only: mailhog is there locally (000-53b)", () => {
    assert.deepEqual(
      runningEnvironments.map((environment) => servicesIn(environment).includes("mailhog")),
      [true, false, false, false],
    );
    const { routes, ...local } = runningIn(application, { environment: "local", profiles: [] }).services
      .mailhog ?? { routes: [] };
    assert.deepEqual(routes, ["/mail/*"]);
    assert.equal("only" in local, false);
  });

  it("is where the settings switch a profile on: celery is optional (001-154, 001-275)", () => {
    const off = ["api", "worker", "web"];
    assert.deepEqual(servicesIn("production"), off);
    assert.deepEqual(servicesIn("production", ["with-celery"]), [...off, "celery"]);
    assert.deepEqual(servicesIn("staging", ["all"]), [...off, "celery"]);
    const settings = { ...good.local, profiles: ["with-celery"] };
    const here = runningHere(application, parseSettings(settings));
    assert.deepEqual(Object.keys(here.services), [...off, "mailhog", "celery"]);
  });

  it("takes what only absent services have with them: images, secrets, smoke checks, the record", () => {
    const staging = runningIn(application, { environment: "staging", profiles: [] });
    // Staging proves the image that production may switch on.
    assert.deepEqual(Object.keys(staging.images), ["api", "web", "celery"]);
    assert.deepEqual(Object.keys(staging.secrets), ["JWT_SECRET"]);
    assert.deepEqual(staging.smoke, [{ path: "/", status: 200 }]);
    assert.deepEqual(staging.absent, ["mailhog", "celery"]);
    const local = runningIn(application, { environment: "local", profiles: [] });
    assert.deepEqual(Object.keys(local.images), ["api", "web", "mailhog"]);
    // Production takes the release from staging's record, and has profiles of its own.
    const kept = releasable(application);
    const again = applicationOf("notes", Object.keys(kept.images), descriptionOf(kept));
    const inProduction = runningIn(again, { environment: "production", profiles: ["all"] });
    assert.deepEqual(Object.keys(inProduction.services), ["api", "worker", "web", "celery"]);
    assert.deepEqual(Object.keys(inProduction.secrets), ["JWT_SECRET", "CELERY_KEY"]);
    const without = parseApplication(merged(notes, { smoke: [{ path: "/" }] }));
    assert.deepEqual(descriptionOf(staging), descriptionOf(without));
    assert.deepEqual(ciPlan(application).releaseImages, publishedImages(application));
    assert.equal(runningIn(without, { environment: "staging", profiles: [] }), without);
  });

  it("leaves settings of absent services alone, and asks for no secret of theirs", () => {
    const settings = parseSettings(
      merged(good.staging, { copies: { celery: 2 }, variables: { mailhog: { A: "b" } } }),
    );
    const given = {
      configuration: ["SSH_KEY", "VAULT_SECRET_ID", "TS_OAUTH_SECRET"],
      variables: { REGISTRY_TOKEN: "a", ADMIN_TOKEN: "b" },
    };
    checkAgreement(runningHere(application, settings), settings, given);
    const seeded = parseSettings({
      ...good.preview,
      data: { kind: "seed", service: "mailhog", command: ["a"] },
    });
    assert.equal(
      messageOf(() => {
        checkAgreement(runningHere(application, seeded), seeded, {
          configuration: [],
          variables: { REGISTRY_TOKEN: "a", PREVIEW_ADDRESS_SECRET: "b" },
        });
      }),
      'towpath:data.service: expected a service that runs in preview, got "mailhog"; switch it on, or name another one',
    );
  });

  it("is refused in a form that says nothing", () => {
    const refused = refusalOf(parseApplication, notes);
    const api = (change: object): object => ({ services: { worker: change } });
    refused(
      'services.worker.only: expected environments out of local, preview, staging, production, got []; for example ["local"], or leave it out for all',
      api({ only: [] }),
    );
    refused(
      'services.worker.only[0]: expected environments out of local, preview, staging, production, got "dev"; for example ["local"], or leave it out for all',
      api({ only: ["dev"] }),
    );
    refused(
      'services.worker.profiles: expected at least one profile, got []; for example ["with-celery"], or leave it out',
      api({ profiles: [] }),
    );
    refused(
      'services.worker.profiles[0]: expected a profile of letters, digits, dots, hyphens and underscores, got "a b"; for example "with-celery"',
      api({ profiles: ["a b"] }),
    );
  });

  it("is refused where a service that runs needs one that does not, or migrations do", () => {
    const refused = refusalOf(parseApplication, described);
    refused(
      'services.web.needs[1]: the service does not run in preview, staging, production, got "mailhog"; remove the need, or widen services.mailhog.only',
      { services: { web: { needs: ["api", "mailhog"] } } },
    );
    refused(
      'migrations.service: expected a service that runs everywhere, got "worker"; remove services.worker.profiles, or name another service',
      { services: { worker: { profiles: ["all"] } }, migrations: { service: "worker" } },
    );
    const needing = parseApplication(merged(described, { services: { web: { needs: ["celery"] } } }));
    assert.deepEqual(profileProblems(needing, { environment: "staging", profiles: [] }), [
      'services.web.needs[0]: the service is off in staging, got "celery"; add "with-celery" to towpath:profiles, or give services.web the same profiles',
    ]);
    assert.deepEqual(profileProblems(needing, { environment: "staging", profiles: ["all"] }), []);
  });

  it("is refused for profiles that nothing has, and where nothing would run", () => {
    const of = (settings: object): string =>
      messageOf(() => runningHere(application, parseSettings({ ...good.local, ...settings })));
    assert.equal(
      of({ profiles: ["with-celry"] }),
      'towpath:profiles[0]: no service has this profile, got "with-celry"; did you mean "with-celery"',
    );
    assert.equal(
      of({ profiles: "with-celery" }),
      'towpath:profiles: expected a list of profiles, got "with-celery"; for example ["with-celery"]',
    );
    const alone = parseApplication({
      name: "notes",
      images: { api: { context: "." } },
      services: { api: { image: "api", only: ["local"] } },
    });
    assert.deepEqual(profileProblems(alone, { environment: "staging", profiles: [] }), [
      "services: expected one that runs in staging, got none; leave only or profiles out of one",
    ]);
    assert.deepEqual(profileProblems(parseApplication(notes), { environment: "local", profiles: ["a"] }), [
      'towpath:profiles[0]: no service has this profile, got "a"; remove it',
    ]);
  });
});
