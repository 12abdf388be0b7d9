package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
)

func TestVersionOfTheNearestPackage(t *testing.T) {
	root := t.TempDir()
	write(t, root, "node_modules/typescript/package.json", `{"name": "typescript", "version": "5.0.0"}`)
	write(t, root, "program/node_modules/typescript/package.json", `{"name": "typescript", "version": "6.1.2"}`)
	write(t, root, "broken/node_modules/typescript/package.json", `{`)
	for folder, expected := range map[string]string{"program/deeper": "6.1.2", "other": "5.0.0", "broken": "5.0.0"} {
		if found := packageVersion(filepath.Join(root, folder), "typescript"); found != expected {
			t.Errorf("%s: expected %s, got %q", folder, expected, found)
		}
	}
	if found := packageVersion(root, "towpath-is-no-package"); found != "" {
		t.Errorf("expected no version, got %s", found)
	}
}

func TestVersionOfThePackageManager(t *testing.T) {
	manager, err := npm.ResolvePackageManager(npm.NpmPackageManager, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	asked, err := manager.Version()
	if err != nil {
		t.Fatal(err)
	}
	if found := managerVersion(manager); found != asked.String() {
		t.Errorf("expected what npm says, %s, got %s", asked, found)
	}

	// One that is no package of npm's is asked.
	root := t.TempDir()
	write(t, root, "npm", "#!/bin/sh\necho 1.2.3\n")
	if err := os.Chmod(filepath.Join(root, "npm"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", root+string(os.PathListSeparator)+os.Getenv("PATH"))
	manager, err = npm.ResolvePackageManager(npm.NpmPackageManager, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if found := managerVersion(manager); found != "1.2.3" {
		t.Errorf("expected 1.2.3, got %s", found)
	}
}
