import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { found } from "../../../components/application/names.ts";
import { namesOf } from "../../../components/naming/names.ts";
import { serviceInputs } from "../../../components/secrets/service-inputs.ts";

describe("a service's variables", () => {
  it("tell its environment by name, so that shared telemetry tells previews apart (002-178, 002-183)", () => {
    const application = parseApplication({
      name: "notes",
      images: { api: { context: "api" } },
      services: {
        api: {
          image: "api",
          port: 8000,
          health: { path: "/" },
          environment: { OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=${environment},team=${team}" },
        },
      },
    });
    const names = namesOf("notes-pr-47");
    const all = { application, environment: "pr-47", names, secretValues: {} };
    assert.deepEqual(serviceInputs(all, found(application.services, "api")).environment, {
      TOWPATH_ENVIRONMENT: "pr-47",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=pr-47,team=${team}",
    });
  });
});
