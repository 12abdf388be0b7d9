import assert from "node:assert/strict";
import { besideNames } from "../../../components/contract/restore.ts";
import { checkApart, namesIn, type NamedSettings } from "../../../components/settings/database-name.ts";
import { messageOf } from "../assert-refused.ts";

const postgres = { version: 16, database: "shop_${environment}" } as const;

function databaseIn(settings: NamedSettings): readonly string[] {
  const { database, databaseOwner } = namesIn({ postgres }, settings);
  return [database, databaseOwner];
}

describe("the name of an environment's database", () => {
  it("is the one that the application gives, and its role's with it", () => {
    const staging = { environment: "staging", namespace: "shop-staging" } as const;
    assert.deepEqual(databaseIn(staging), ["shop_staging", "shop_staging_app"]);
    const preview = { environment: "preview", namespace: "shop-pr-12", previewName: "pr-12" } as const;
    assert.deepEqual(databaseIn(preview), ["shop_pr_12", "shop_pr_12_app"]);
    assert.deepEqual(databaseIn({ ...preview, data: { kind: "seed" } }), ["shop_pr_12", "shop_pr_12_app"]);
    assert.equal(namesIn({ postgres: { version: 16 } }, staging).database, "shop_staging");
    assert.equal(namesIn({}, { ...staging, namespace: "a-b" }).database, "a_b");
  });

  it("is the namespace's where others use the server, so that two never meet", () => {
    const one = { postgres: { version: 16, database: "shop" } } as const;
    assert.equal(namesIn(one, { environment: "ci", namespace: "shop-ci-x" }).database, "shop_ci_x");
    const clone = { environment: "preview", namespace: "shop-pr-12", data: { kind: "template" } } as const;
    assert.equal(namesIn(one, clone).database, "shop_pr_12");
  });

  it("is refused where a run of ci would have its role by that name", () => {
    const one = (database: string) =>
      namesIn({ postgres: { version: 16, database } }, { environment: "local", namespace: "shop-local" });
    const own = namesIn({}, { environment: "ci", namespace: "shop-ci-app" });
    for (const name of ["shop_ci_app", "shop_ci"])
      assert.equal(
        messageOf(() => {
          checkApart(one(name), own);
        }),
        'postgres.database: expected another name than that of the role of ci on this server, got "shop_ci_app"; give another one, or set towpath:namespace in Pulumi.ci.yaml',
      );
    checkApart(one("shop"), own);
  });

  it("stays whole with all that is added to it", () => {
    const { database, databaseOwner } = namesIn(
      { postgres: { version: 16, database: "n".repeat(48) } },
      { environment: "local", namespace: "shop-local" },
    );
    const all = [database, databaseOwner, ...Object.values(besideNames(database))];
    assert.ok(Math.max(...all.map((name) => Buffer.byteLength(name))) <= 63, all.join());
  });
});
