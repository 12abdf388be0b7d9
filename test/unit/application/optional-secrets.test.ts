import assert from "node:assert/strict";
import { optionalSecrets, withoutSecrets } from "../../../components/application/optional-secrets.ts";
import { parseApplication } from "../../../components/application/parse.ts";
import { withPreviousSecrets } from "../../../components/application/previous-secrets.ts";
import { merged, messageOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const described = merged(notes, {
  services: { api: { secrets: ["JWT_SECRET", "SENTRY_DSN"] }, worker: { secrets: ["SENTRY_DSN"] } },
  secrets: { SENTRY_DSN: { optional: true } },
});

describe("an optional secret (000-52b)", () => {
  const application = parseApplication(described);

  it("is known as one, and is delivered as any other", () => {
    assert.deepEqual(optionalSecrets(application), ["SENTRY_DSN"]);
    assert.deepEqual(application.secrets, {
      JWT_SECRET: { delivery: "variable" },
      SENTRY_DSN: { delivery: "file", optional: true },
    });
  });

  it("reaches no service where it has no value", () => {
    const without = withoutSecrets(application, ["SENTRY_DSN"]);
    assert.deepEqual(without.services.api?.secrets, ["JWT_SECRET"]);
    assert.deepEqual(without.services.worker?.secrets, []);
    assert.deepEqual(without.secrets, { JWT_SECRET: { delivery: "variable" } });
    assert.equal(withoutSecrets(application, []), application);
  });

  it("may have a value from before", () => {
    const values = ["SENTRY_DSN", "SENTRY_DSN_PREVIOUS"];
    assert.deepEqual(withPreviousSecrets(application, values).services.worker?.secrets, values);
  });

  it("is refused where a need always brings it, or where it is no boolean", () => {
    const refused = (secrets: object): string =>
      messageOf(() => parseApplication(merged(described, { secrets })));
    assert.equal(
      refused({ DATABASE_URL: { optional: true } }),
      "secrets.DATABASE_URL.optional: a need always brings this secret, got true; remove it",
    );
    assert.equal(
      refused({ SENTRY_DSN: { optional: "yes" } }),
      'secrets.SENTRY_DSN.optional: expected true or false, got "yes"; write it without quotes',
    );
  });
});
