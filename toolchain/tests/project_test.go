package tests

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// project is a Pulumi project with a stack, in a folder of its own.
type project struct {
	t      *testing.T
	folder string
}

const projectFile = `name: toolchain-test
main: index.ts
runtime:
  name: nodejs
  options:
    nodeargs: "--import tsx"
    typescript: false
`

// newProject makes a project in TypeScript and ECMAScript modules, as Towpath's own is.
func newProject(t *testing.T, program string) *project {
	t.Helper()
	made := &project{t: t, folder: t.TempDir()}
	modules, err := filepath.Abs("../../node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(made.folder, "node_modules")); err != nil {
		t.Fatal(err)
	}
	made.write("Pulumi.yaml", projectFile)
	made.write("package.json", `{"name": "toolchain-test", "type": "module"}`)
	made.write("index.ts", program)
	if err := os.Mkdir(filepath.Join(made.folder, "state"), 0o755); err != nil {
		t.Fatal(err)
	}
	made.succeed("stack", "init", "test")
	return made
}

func (p *project) write(name, content string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.folder, name), []byte(content), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

func (p *project) read(name string) string {
	p.t.Helper()
	content, err := os.ReadFile(filepath.Join(p.folder, name))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(content)
}

// command prepares a command of the CLI in the project.
func (p *project) command(arguments ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	p.t.Cleanup(cancel)
	command := exec.CommandContext(ctx, cli(p.t), append(arguments, "--non-interactive", "--color", "never")...)
	command.Dir = p.folder
	command.Env = append(os.Environ(),
		"PULUMI_HOME="+home,
		"PULUMI_BACKEND_URL=file://"+filepath.Join(p.folder, "state"),
		"PULUMI_CONFIG_PASSPHRASE=correct horse",
		"PULUMI_SKIP_UPDATE_CHECK=true",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
	)
	return command
}

// succeed runs a command that must succeed, and returns what it printed.
func (p *project) succeed(arguments ...string) string {
	p.t.Helper()
	output, err := p.command(arguments...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("pulumi %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
	return string(output)
}

// fail runs a command that must fail, and returns what it printed.
func (p *project) fail(arguments ...string) string {
	p.t.Helper()
	output, err := p.command(arguments...).CombinedOutput()
	if err == nil {
		p.t.Fatalf("pulumi %s: succeeded\n%s", strings.Join(arguments, " "), output)
	}
	return string(output)
}

// up brings the stack up with a new program, unless that is empty.
func (p *project) up(program string, arguments ...string) string {
	p.t.Helper()
	if program != "" {
		p.write("index.ts", program)
	}
	return p.succeed(append([]string{"up", "--yes", "--skip-preview"}, arguments...)...)
}

// output is one of the stack's outputs.
func (p *project) output(name string) any {
	p.t.Helper()
	var outputs map[string]any
	command := p.command("stack", "output", "--json", "--show-secrets")
	text, err := command.Output()
	if err == nil {
		err = json.Unmarshal(text, &outputs)
	}
	if err != nil {
		p.t.Fatalf("outputs: %v\n%s", err, text)
	}
	return outputs[name]
}

// resources are the types of the resources in the state, the stack itself and providers left out.
func (p *project) resources() []string {
	p.t.Helper()
	var export struct {
		Deployment struct {
			Resources []struct {
				Type   string `json:"type"`
				Custom bool   `json:"custom"`
			} `json:"resources"`
		} `json:"deployment"`
	}
	text, err := p.command("stack", "export").Output()
	if err == nil {
		err = json.Unmarshal(text, &export)
	}
	if err != nil {
		p.t.Fatalf("export: %v\n%s", err, text)
	}
	found := []string{}
	for _, resource := range export.Deployment.Resources {
		if resource.Custom && !strings.HasPrefix(resource.Type, "pulumi:") {
			found = append(found, resource.Type)
		}
	}
	return found
}

func mustContain(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}

func mustEqual(t *testing.T, got, wanted any) {
	t.Helper()
	if got != wanted {
		t.Errorf("got %v, wanted %v", got, wanted)
	}
}
