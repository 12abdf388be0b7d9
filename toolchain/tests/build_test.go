package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// fakeGo stands for Go: it tells its version, and "builds" by writing a script after a while.
const fakeGo = `#!/bin/sh
if [ "$1" = env ]; then echo "${FAKE_GO_VERSION:-go1.99.1}"; exit; fi
echo "$*" >> "$FAKE_GO_LOG"
while [ "$1" != -o ]; do shift; done
echo "example.com/package" >&2
printf '#!/bin/sh\n' > "$2"
sleep 0.5
if [ -n "$FAKE_GO_FAIL" ]; then echo "main.go:1:1: broken" >&2; exit 1; fi
printf 'echo built\n' >> "$2"
chmod +x "$2"
`

// builder runs build.mjs with the fake Go.
type builder struct {
	t            *testing.T
	home, folder string
}

func newBuilder(t *testing.T) *builder {
	t.Helper()
	made := &builder{t: t, home: filepath.Join(t.TempDir(), "home"), folder: t.TempDir()}
	if err := os.WriteFile(filepath.Join(made.folder, "go"), []byte(fakeGo), 0o755); err != nil {
		t.Fatal(err)
	}
	return made
}

func (b *builder) build(arguments []string, environment ...string) (string, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		b.t.Error(err)
	}
	command := exec.Command(node, append([]string{"../build.mjs"}, arguments...)...)
	command.Env = append(os.Environ(), "PULUMI_HOME="+b.home, "PATH="+b.folder+":/usr/bin:/bin",
		"FAKE_GO_LOG="+filepath.Join(b.folder, "log"))
	command.Env = append(command.Env, environment...)
	output, err := command.CombinedOutput()
	return string(output), err
}

// built are the arguments of every "go build".
func (b *builder) built() []string {
	content, _ := os.ReadFile(filepath.Join(b.folder, "log"))
	return strings.FieldsFunc(string(content), func(letter rune) bool { return letter == '\n' })
}

// files are the files in the home, without the lock.
func (b *builder) files() []string {
	b.t.Helper()
	var found []string
	err := filepath.WalkDir(b.home, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Ext(path) != ".lock" {
			found = append(found, strings.TrimPrefix(path, b.home+"/"))
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return found
}

func TestBuildWritesWhatIsMissing(t *testing.T) {
	b := newBuilder(t)
	shown, err := b.build([]string{"random", "language-nodejs"})
	if err != nil {
		t.Fatal(shown)
	}
	mustContain(t, shown, "random 4.", ": building", ": ready")
	files := strings.Join(b.files(), " ")
	mustContain(t, files, "/pulumi-resource-random", "plugins/resource-random-v", "/bin/pulumi-language-nodejs")
	mustEqual(t, len(b.files()), 2)
	mustContain(t, strings.Join(b.built(), "\n"), "-trimpath", "-X main.version=4.",
		"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=3.", "./pulumi-resource-random")

	shown, err = b.build([]string{"random"}, "FAKE_GO_VERSION=go1.2")
	if err != nil {
		t.Errorf("Go was asked for something that is there: %s", shown)
	}
	mustContain(t, shown, "random 4.", ": present")
	mustEqual(t, len(b.built()), 2)
}

func TestBuildsAtOnceDoTheWorkOnce(t *testing.T) {
	b := newBuilder(t)
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if shown, err := b.build([]string{"random"}); err != nil {
				t.Error(shown)
			}
		})
	}
	group.Wait()
	mustEqual(t, len(b.built()), 1)
	mustEqual(t, len(b.files()), 1)
}

func TestBuildSaysWhatIsWrong(t *testing.T) {
	const why = "it builds the Pulumi CLI and its plugins where downloads are blocked\n"
	b := newBuilder(t)
	for name, one := range map[string]struct {
		arguments   []string
		environment string
		message     string
	}{
		"no Go": {
			[]string{"random"}, "PATH=/nonexistent",
			"go: not found; install Go 1.26 or newer (https://go.dev/dl), " + why,
		},
		"old Go": {
			[]string{"random"}, "FAKE_GO_VERSION=go1.22.1",
			"go: too old, got 1.22.1; install Go 1.26 or newer (https://go.dev/dl), " + why,
		},
		"unknown name": {
			[]string{"ramdom"}, "X=",
			"toolchain: nothing called \"ramdom\"; " +
				"use one of cli, language-nodejs, command, random, github, docker\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			shown, err := b.build(one.arguments, one.environment)
			if err == nil {
				t.Error("succeeded")
			}
			mustEqual(t, shown, one.message)
		})
	}

	shown, err := b.build([]string{"random"}, "FAKE_GO_FAIL=1")
	if err == nil {
		t.Error("succeeded")
	}
	mustContain(t, shown, "toolchain: cannot build random 4.", "go build: failed, exit code 1\nmain.go:1:1: broken\n")
	mustEqual(t, len(b.files()), 0)
}
