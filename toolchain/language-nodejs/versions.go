package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
)

// managerVersion tells a package manager's version: out of its own package.json, because starting npm takes
// 0.2 s and every "pulumi up" asks, or else by asking the program itself.
func managerVersion(manager npm.PackageManager) string {
	if program, err := exec.LookPath(manager.Name()); err == nil {
		// In the folders for programs stands a link into the package.
		if file, err := filepath.EvalSymlinks(program); err == nil {
			if version := nearest(filepath.Dir(file), func(folder string) string {
				return versionIn(folder, manager.Name())
			}); version != "" {
				return version
			}
		}
	}
	found, err := manager.Version()
	if err != nil {
		return ""
	}
	return found.String()
}

// packageVersion tells the version of a package that a program in a folder would get; empty when there is none.
func packageVersion(folder, name string) string {
	return nearest(folder, func(folder string) string {
		return versionIn(filepath.Join(folder, "node_modules", name), name)
	})
}

// nearest asks a folder and all that it stands in, until there is an answer.
func nearest(folder string, ask func(folder string) string) string {
	for {
		if answer := ask(folder); answer != "" {
			return answer
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return ""
		}
		folder = parent
	}
}

// versionIn reads the package.json in a folder; empty when it is not that of the package.
func versionIn(folder, name string) string {
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return ""
	}
	var described struct{ Name, Version string }
	if json.Unmarshal(text, &described) != nil || described.Name != name {
		return ""
	}
	return described.Version
}
