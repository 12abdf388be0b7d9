package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommandIsCreatedUpdatedReplacedAndDeleted(t *testing.T) {
	program := func(value, trigger string) string {
		return `
import { local } from "@pulumi/command";
const command = new local.Command("command", {
  create: "echo create $VALUE >> log; echo made $VALUE; echo warned >&2",
  update: "echo update $VALUE after $PULUMI_COMMAND_STDOUT >> log; echo changed $VALUE",
  delete: "echo delete after $PULUMI_COMMAND_STDOUT >> log",
  environment: { VALUE: "` + value + `" },
  triggers: ["` + trigger + `"],
});
export const stdout = command.stdout;
export const stderr = command.stderr;
`
	}
	p := newProject(t, program("one", "x"))
	mustContain(t, p.succeed("preview"), "2 to create")
	if _, err := os.Stat(filepath.Join(p.folder, "log")); err == nil {
		t.Error("the preview ran a command")
	}
	p.up("")
	mustEqual(t, p.output("stdout"), "made one")
	mustEqual(t, p.output("stderr"), "warned")
	mustContain(t, p.up(""), "2 unchanged")
	mustContain(t, p.up(program("two", "x")), "~ 1 updated")
	mustEqual(t, p.output("stdout"), "changed two")
	mustContain(t, p.up(program("two", "y")), "+-1 replaced")
	p.succeed("destroy", "--yes", "--skip-preview")
	mustEqual(t, p.read("log"), strings.Join([]string{
		"create one",
		"update two after made one",
		"create two",
		"delete after changed two",
		"delete after made two",
		"",
	}, "\n"))
}

func TestFailedCommandShowsItsOutputOnceAndLeavesNoResource(t *testing.T) {
	p := newProject(t, `
import { local } from "@pulumi/command";
new local.Command("command", { create: "echo first; echo second >&2; exit 7", logging: "none" });
`)
	shown := p.fail("up", "--yes", "--skip-preview")
	mustContain(t, shown, "exit status 7", `running "echo first; echo second >&2; exit 7"`, "first\n", "second\n")
	mustEqual(t, len(p.resources()), 0)

	p.up(`
import { local } from "@pulumi/command";
export const out = new local.Command("command", { create: "echo ok", update: "exit 1" }).stdout;
`)
	p.write("index.ts", `
import { local } from "@pulumi/command";
export const out = new local.Command("command", { create: "echo other", update: "exit 1" }).stdout;
`)
	p.fail("up", "--yes", "--skip-preview")
	mustEqual(t, p.output("out"), "ok")
}

func TestCommandTakesEveryInput(t *testing.T) {
	p := newProject(t, `
import { local } from "@pulumi/command";
const command = new local.Command("command", {
  create: "process.stdin.pipe(process.stdout); require('fs').writeFileSync('made.txt', 'made')",
  interpreter: ["node", "-e"],
  dir: "sub",
  stdin: "from stdin",
  assetPaths: ["**.txt", "!secret*"],
  archivePaths: ["*.txt"],
  addPreviousOutputInEnv: false,
});
export const stdout = command.stdout;
export const assets = command.assets.apply((found) => Object.keys(found ?? {}).sort().join(" "));
export const run = local.runOutput({ command: "printf run" }).stdout;
`)
	for name, content := range map[string]string{"sub/deep/kept.txt": "kept", "sub/secret.txt": "secret"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(p.folder, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		p.write(name, content)
	}
	p.up("")
	mustEqual(t, p.output("stdout"), "from stdin")
	mustEqual(t, p.output("assets"), "deep/kept.txt made.txt")
	mustEqual(t, p.output("run"), "run")
}
