import assert from "node:assert/strict";
import { secretVariables } from "../../../../cli/on-hosts/secret-values.ts";
import { parseApplication } from "../../../../components/application/parse.ts";

describe("what is blanked out of a service's logs", () => {
  it("are the variables that hold a secret, by what they refer to", () => {
    const application = parseApplication({
      ...{ name: "notes", images: { api: { context: "." } }, postgres: { version: 15 } },
      services: {
        api: {
          image: "api",
          needs: ["postgres"],
          environment: {
            PLAIN: "x",
            WHERE: "${environment}",
            DB: "pg://${postgres.password}@${postgres.host}",
          },
        },
      },
    });
    assert.deepEqual(secretVariables(application, "api"), ["DB"]);
    assert.deepEqual(secretVariables(application, "postgres"), []);
  });
});
