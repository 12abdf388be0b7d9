package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func write(t *testing.T, root, path, content string) {
	t.Helper()
	file := filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func required(t *testing.T, root string) []string {
	t.Helper()
	answer, err := newHost("", "", nil).GetRequiredPackages(context.Background(),
		&pulumirpc.GetRequiredPackagesRequest{Info: &pulumirpc.ProgramInfo{ProgramDirectory: root}})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, one := range answer.GetPackages() {
		found = append(found, one.GetName()+" "+one.GetVersion()+" "+one.GetServer())
	}
	slices.Sort(found)
	return found
}

func TestPluginsAreFoundInEveryLayout(t *testing.T) {
	root := t.TempDir()
	for path, content := range map[string]string{
		"package.json": `{"name": "root", "version": "1.0.0", "pulumi": {"resource": true}}`,
		"node_modules/@pulumi/random/package.json":                   `{"name": "@pulumi/random", "version": "4.21.2", "pulumi": {"resource": true}}`,
		"node_modules/@pulumi/none/package.json":                     `{"name": "@pulumi/none", "version": "1.0.0"}`,
		"node_modules/own/package.json":                              `{"name": "own", "version": "1.0.0", "pulumi": {"resource": true, "name": "mine", "version": "v2.0.0", "server": "https://example.com"}}`,
		"node_modules/nameless/package.json":                         `{"name": "nameless", "version": "1.0.0", "pulumi": {"resource": true}}`,
		"node_modules/broken/package.json":                           `{`,
		"node_modules/own/node_modules/@pulumi/a/package.json":       `{"name": "@pulumi/a", "version": "3.0.0", "pulumi": {"resource": true}}`,
		"workspace/b/node_modules/@pulumi/b/package.json":            `{"name": "@pulumi/b", "version": "5.0.0", "pulumi": {"resource": true}}`,
		"policy/PulumiPolicy.yaml":                                   "runtime: nodejs",
		"policy/node_modules/@pulumi/p/package.json":                 `{"name": "@pulumi/p", "version": "6.0.0", "pulumi": {"resource": true}}`,
		"node_modules/.pnpm/c@7/node_modules/@pulumi/c/package.json": `{"name": "@pulumi/c", "version": "7.0.0", "pulumi": {"resource": true}}`,
	} {
		write(t, root, path, content)
	}
	for link, target := range map[string]string{
		"node_modules/@pulumi/c": "../.pnpm/c@7/node_modules/@pulumi/c",
		"workspace/loop":         "..",
	} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	wanted := []string{"a v3.0.0 ", "b v5.0.0 ", "c v7.0.0 ", "mine v2.0.0 https://example.com", "random v4.21.2 "}
	if found := required(t, root); !slices.Equal(found, wanted) {
		t.Errorf("got %q", found)
	}
}

func TestIncompatibleSDKsAreNamed(t *testing.T) {
	root := t.TempDir()
	write(t, root, "node_modules/@pulumi/pulumi/package.json", `{"name": "@pulumi/pulumi", "version": "3.248.0"}`)
	write(t, root, "node_modules/x/node_modules/@pulumi/pulumi/package.json",
		`{"name": "@pulumi/pulumi", "version": "2.1.0"}`)
	search := packageSearch{visited: map[string]bool{}}
	search.folder(root)
	warning := search.incompatibleSDKs()
	for _, part := range []string{"@pulumi/pulumi: major versions differ", "3.248.0", "2.1.0", "install one of them"} {
		if !strings.Contains(warning, part) {
			t.Errorf("%q is missing in %q", part, warning)
		}
	}
}

func TestLackOfMemoryIsNoticedAcrossWrites(t *testing.T) {
	var shown strings.Builder
	writer := &markWriter{target: &shown, mark: []byte(outOfMemoryMark)}
	for _, part := range []string{"before <--- Last ", "few", " GCs --->\nafter"} {
		if _, err := writer.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if !writer.seen || shown.String() != "before <--- Last few GCs --->\nafter" {
		t.Errorf("seen %v, shown %q", writer.seen, shown.String())
	}
}
