import assert from "node:assert/strict";
import { checkNames, namesAnswer } from "../../../components/gateway/taken-names.ts";
import { messageOf } from "../assert-refused.ts";

describe("the host names of a gateway", () => {
  const answer = [
    "/etc/caddy/sites/notes-production.caddy:notes.example.com {",
    "/etc/caddy/sites/notes-production.caddy:www.example.com {",
    "/etc/caddy/sites/notes-staging.caddy:staging.example.com {",
    "",
  ].join("\n");

  it("are those that the first lines of its sites' blocks say", () => {
    assert.deepEqual(
      [...namesAnswer(answer)],
      [
        ["notes.example.com", "notes-production"],
        ["www.example.com", "notes-production"],
        ["staging.example.com", "notes-staging"],
      ],
    );
    assert.deepEqual([...namesAnswer("")], []);
  });

  it("are refused to an environment where another one has them", () => {
    const names = {
      "staging.example.com": "towpath:domain",
      "www.example.com": "towpath:domains.www",
      "notes.example.com": "towpath:redirects.notes.example.com",
    };
    assert.equal(
      messageOf(() => {
        checkNames(names, "notes-staging", namesAnswer(answer));
      }),
      [
        'towpath:domains.www: notes-production answers for this host name at the same gateway, got "www.example.com"; choose another, or take it away there first',
        'towpath:redirects.notes.example.com: notes-production answers for this host name at the same gateway, got "notes.example.com"; choose another, or take it away there first',
      ].join("\n"),
    );
  });
});
