// Package tests runs Pulumi programs with the programs that the toolchain builds: the real CLI, the language host
// and the plugins, against state in a temporary folder.
package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// home is the PULUMI_HOME of all tests.
var home string

// TestMain builds what the tests use into a folder of their own. TOWPATH_TEST_HOME names a PULUMI_HOME that holds
// it already. The CLI takes minutes to build and nothing of it is ours, so an installed one is used.
func TestMain(m *testing.M) {
	code := 1
	err := prepareHome(func() { code = m.Run() })
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

func prepareHome(run func()) error {
	if home = os.Getenv("TOWPATH_TEST_HOME"); home != "" {
		run()
		return nil
	}
	made, err := os.MkdirTemp("", "towpath-toolchain-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(made)
	home = made
	if err := linkInstalledCLI(); err != nil {
		return err
	}
	build := exec.Command("node", "../build.mjs", "cli", "language-nodejs", "command", "random", "github")
	build.Env = append(os.Environ(), "PULUMI_HOME="+home)
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build: %w", err)
	}
	run()
	return nil
}

// linkInstalledCLI makes the CLI that this machine has the CLI of the tests.
func linkInstalledCLI() error {
	installed := os.Getenv("PULUMI_HOME")
	if installed == "" {
		user, err := os.UserHomeDir()
		if err != nil {
			return err
		}
		installed = filepath.Join(user, ".pulumi")
	}
	found, err := filepath.Glob(filepath.Join(installed, "versions", "*", "bin", "pulumi"))
	if err != nil {
		return err
	}
	for _, cli := range found {
		link := filepath.Join(home, strings.TrimPrefix(cli, installed))
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(cli, link); err != nil {
			return err
		}
	}
	return nil
}

// cli is the path of the CLI.
func cli(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(home, "versions", "*", "bin", "pulumi"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no CLI in %s: %v", home, err)
	}
	return found[len(found)-1]
}
