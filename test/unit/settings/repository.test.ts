import assert from "node:assert/strict";
import { parseSettings } from "../../../components/settings/settings.ts";
import { refusalOf } from "../assert-refused.ts";
import * as good from "./good.ts";

describe("a repository's settings", () => {
  it("have defaults for all but its name", () => {
    assert.deepEqual(
      parseSettings({ repository: "octocat/notes" }, { environment: "repository", namespace: "n" }),
      {
        environment: "repository",
        namespace: "n",
        repository: "octocat/notes",
        token: { source: "environment", variable: "GITHUB_TOKEN" },
        rules: { requiredChecks: [], approvals: 1, linearHistory: true, releaseTags: ["v*", "prod-*"] },
        labels: {},
        variables: {},
        security: {},
      },
    );
  });

  it("are refused when GitHub would refuse them", () => {
    const refused = refusalOf(parseSettings, good.repository);
    refused(
      'towpath:repository: expected a repository\'s owner and name, got "notes"; for example "octocat/notes"',
      { repository: "notes" },
    );
    refused(
      "towpath:rules.approvals: expected a number of approvals from 0 to 6, got 7; take 1 if in doubt",
      {
        rules: { approvals: 7 },
      },
    );
    refused(
      'towpath:labels.bug.color: expected a colour of six hexadecimal digits without #, got "#d73a4a"; for example "d73a4a"',
      { labels: { bug: { color: "#d73a4a" } } },
    );
    refused(
      'towpath:preview.secrets.GITHUB_KEY: expected a secret\'s name of letters, digits and underscores, not from GITHUB_ on, got "GITHUB_KEY"; for example "SSH_KEY"',
      { preview: { secrets: { GITHUB_KEY: { source: "environment", variable: "KEY" } } } },
    );
    refused(
      "towpath:variables: expected names that differ by more than capital letters, got REGION, region; GitHub keeps one of them, rename or remove the other",
      { variables: { region: "south" } },
    );
    refused('towpath:security.secretScanning: expected true or false, got "on"; write it without quotes', {
      security: { secretScanning: "on" },
    });
  });
});
