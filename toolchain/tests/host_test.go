package tests

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestProgramGetsItsEnvironment(t *testing.T) {
	p := newProject(t, `
import * as pulumi from "@pulumi/pulumi";
const config = new pulumi.Config();
const typed: string = config.require("plain");
export const plain = typed;
export const secret = config.requireSecret("hidden");
export const isSecret = pulumi.isSecret(secret);
export const where = [pulumi.getProject(), pulumi.getStack(), pulumi.getOrganization(), process.cwd()].join(" ");
export const preview = pulumi.runtime.isDryRun();
`)
	p.succeed("config", "set", "plain", "value with spaces")
	p.succeed("config", "set", "--secret", "hidden", "s3cret")
	shown := p.up("")

	mustEqual(t, p.output("plain"), "value with spaces")
	mustEqual(t, p.output("secret"), "s3cret")
	mustEqual(t, p.output("isSecret"), true)
	mustEqual(t, p.output("preview"), false)
	folder, err := filepath.EvalSymlinks(p.folder)
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, p.output("where"), "toolchain-test test organization "+folder)
	if strings.Contains(shown, "s3cret") {
		t.Errorf("the secret is shown:\n%s", shown)
	}
	mustContain(t, p.succeed("preview"), "1 unchanged")
}

func TestErrorOfTheProgramIsShownOnce(t *testing.T) {
	for name, one := range map[string]struct{ program, message string }{
		"run error": {
			`import * as pulumi from "@pulumi/pulumi"; throw new pulumi.RunError("postgres: is missing");`,
			"postgres: is missing",
		},
		"rejected promise": {
			`import "@pulumi/pulumi"; await Promise.reject(new Error("redis: is missing"));`,
			"redis: is missing",
		},
		"syntax": {"export const broken = ;", "Unexpected"},
	} {
		t.Run(name, func(t *testing.T) {
			shown := diagnostics(newProject(t, one.program).fail("up", "--yes", "--skip-preview"))
			if count := strings.Count(shown, one.message); count != 1 {
				t.Errorf("shown %d times:\n%s", count, shown)
			}
			if strings.Contains(shown, "non-zero exit code") {
				t.Errorf("a second error is shown:\n%s", shown)
			}
		})
	}
}

// diagnostics is the summary of what went wrong; above it the same shows as progress.
func diagnostics(shown string) string {
	_, summary, _ := strings.Cut(shown, "Diagnostics:")
	return summary
}

func TestExitCodeOfTheProgramIsShown(t *testing.T) {
	p := newProject(t, `console.error("last words"); process.exit(3);`)
	shown := diagnostics(p.fail("up", "--yes", "--skip-preview"))
	mustContain(t, shown, "last words", "Program exited with non-zero exit code: 3")
	mustEqual(t, strings.Count(shown, "non-zero exit code"), 1)
}

func TestBadOptionsAreRefused(t *testing.T) {
	p := newProject(t, "")
	for given, message := range map[string]string{
		"nodeargs: 3":                "runtime.options.nodeargs: must be a string, got 3",
		`nodeargs: "--import 'tsx"`:  "runtime.options.nodeargs:",
		"typescript: maybe":          "runtime.options.typescript: must be a bool, got maybe",
		"packagemanager: apt":        `runtime.options.packagemanager: unknown, got "apt"; use one of auto, bun, npm, pnpm, yarn`,
		"nodeargs: --no-such-option": "bad option",
	} {
		p.write("Pulumi.yaml", "name: toolchain-test\nmain: index.ts\nruntime:\n  name: nodejs\n  options:\n    "+given+"\n")
		mustContain(t, p.fail("up", "--yes", "--skip-preview"), message)
	}
}

func TestMissingSdkIsReported(t *testing.T) {
	p := newProject(t, "")
	if err := os.Remove(filepath.Join(p.folder, "node_modules")); err != nil {
		t.Fatal(err)
	}
	shown := p.fail("up", "--yes", "--skip-preview")
	mustContain(t, shown, "@pulumi/pulumi/cmd/run: not found from", "run pulumi install")
}

func TestInterruptEndsTheProgram(t *testing.T) {
	p := newProject(t, `
import { writeFileSync } from "node:fs";
process.on("SIGINT", () => writeFileSync("interrupted", ""));
writeFileSync("pid", String(process.pid));
setInterval(() => {}, 1000);
await new Promise(() => {});
`)
	command := p.command("up", "--yes", "--skip-preview")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var node int
	waitUntil(t, "node runs", func() bool {
		text, err := os.ReadFile(filepath.Join(p.folder, "pid"))
		node, _ = strconv.Atoi(string(text))
		return err == nil && node > 0
	})
	// Like a pipeline that is cancelled, and unlike Ctrl+C, this reaches the CLI alone. The second one says that
	// nobody wants to wait for resources that are being made.
	for range 2 {
		if err := command.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
	}
	waitUntil(t, "node is gone", func() bool { return syscall.Kill(node, 0) != nil })
	if err := command.Wait(); err == nil {
		t.Error("the interrupted command succeeded")
	}
}

func TestAboutAndInstall(t *testing.T) {
	p := newProject(t, "")
	about := p.succeed("about", "--json")
	mustContain(t, about, `"language": "nodejs"`, `"packagemanager": "npm"`, `"name": "command"`, `"name": "random"`)

	if err := os.Remove(filepath.Join(p.folder, "node_modules")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(p.folder, "near"), 0o755); err != nil {
		t.Fatal(err)
	}
	p.write("near/package.json", `{"name": "near", "version": "1.0.0"}`)
	p.write("package.json", `{"name": "toolchain-test", "type": "module", "dependencies": {"near": "file:near"}}`)
	mustContain(t, p.succeed("install", "--no-plugins"), "Finished installing dependencies")
	mustContain(t, p.read("node_modules/near/package.json"), "near")
}

func waitUntil(t *testing.T, what string, isSo func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if isSo() {
			return
		}
	}
	t.Fatalf("not so after a minute: %s", what)
}
