import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { withPreviousSecrets } from "../../../components/application/previous-secrets.ts";
import { merged } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const application = parseApplication(
  merged(notes, {
    services: { worker: { secrets: ["SMTP_PASSWORD", "JWT_SECRET"] } },
    secrets: { SMTP_PASSWORD: { delivery: "variable" } },
  }),
);

describe("previous values of secrets", () => {
  it("reach the same services in the same way", () => {
    const values = ["DATABASE_URL", "JWT_SECRET", "SMTP_PASSWORD", "SMTP_PASSWORD_PREVIOUS"];
    const { services, secrets } = withPreviousSecrets(application, values);
    assert.deepEqual(services.worker?.secrets, ["SMTP_PASSWORD", "JWT_SECRET", "SMTP_PASSWORD_PREVIOUS"]);
    assert.deepEqual(services.api?.secrets, application.services.api?.secrets);
    assert.deepEqual(secrets, {
      ...application.secrets,
      SMTP_PASSWORD_PREVIOUS: { delivery: "variable" },
    });
  });

  it("are not at the path that the secret has", () => {
    const license = { services: { api: { secrets: ["LICENSE_KEY"] } } };
    const placed = merged(notes, { ...license, secrets: { LICENSE_KEY: { path: "/etc/app/license.json" } } });
    const { secrets } = withPreviousSecrets(
      parseApplication(merged(placed, { secrets: { JWT_SECRET: undefined } })),
      ["LICENSE_KEY_PREVIOUS"],
    );
    assert.deepEqual(secrets.LICENSE_KEY_PREVIOUS, { delivery: "file" });
  });

  it("change nothing when there are none", () => {
    assert.deepEqual(withPreviousSecrets(application, ["JWT_SECRET", "SMTP_PASSWORD"]), application);
  });
});
