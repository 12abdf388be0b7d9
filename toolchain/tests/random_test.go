package tests

import (
	"strings"
	"testing"
)

func TestRandomIsKeptReplacedAndImported(t *testing.T) {
	program := func(keeper string) string {
		return `
import * as random from "@pulumi/random";
const password = new random.RandomPassword("password", { length: 24, special: false, keepers: { of: "` + keeper + `" } });
export const value = password.result;
export const hex = new random.RandomId("id", { byteLength: 8 }).hex;
export const bytes = new random.RandomBytes("bytes", { length: 4 }).base64;
export const shuffled = new random.RandomShuffle("shuffle", { inputs: ["a", "b", "c"] }).results;
export const port = new random.RandomInteger("port", { min: 7, max: 7 }).result;
`
	}
	p := newProject(t, program("1"))
	shown := p.up("")
	first, isText := p.output("value").(string)
	if !isText || len(first) != 24 {
		t.Errorf("not a password of 24 letters: %q", first)
	}
	if strings.Contains(shown, first) {
		t.Error("the password is shown")
	}
	mustEqual(t, len(p.output("hex").(string)), 16)
	mustEqual(t, len(p.output("shuffled").([]any)), 3)
	mustEqual(t, p.output("port"), 7.0)

	mustContain(t, p.up(""), "6 unchanged")
	mustEqual(t, p.output("value"), any(first))

	mustContain(t, p.up(program("2")), "+-1 replaced")
	second, _ := p.output("value").(string)
	if second == first {
		t.Error("the password is the same after its keepers changed")
	}

	p.succeed("import", "random:index/randomPassword:RandomPassword", "known", "swordfish", "--yes", "--protect=false",
		"--generate-code=false")
	p.up(program("2") + `
const known = new random.RandomPassword("known", { length: 9, lower: true });
export const imported = known.result;
`)
	mustEqual(t, p.output("imported"), "swordfish")
	mustContain(t, p.succeed("refresh", "--yes", "--skip-preview"), "7 unchanged")
	p.succeed("destroy", "--yes", "--skip-preview")
	mustEqual(t, len(p.resources()), 0)
}

func TestRandomRefusesBadInput(t *testing.T) {
	p := newProject(t, `
import * as random from "@pulumi/random";
new random.RandomPassword("password", { length: 2, minLower: 3 });
`)
	mustContain(t, p.fail("up", "--yes", "--skip-preview"), "length")
}
