package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// locateModule finds a folder module of a package, such as "@pulumi/pulumi/cmd/run", as the program would.
// The walk through the node_modules folders spares a start of node; other layouts are left to node itself.
func locateModule(ctx context.Context, node, module, programDirectory, remedy string) (string, error) {
	for directory := programDirectory; ; directory = filepath.Dir(directory) {
		found := filepath.Join(directory, "node_modules", filepath.FromSlash(module), "index.js")
		if info, err := os.Stat(found); err == nil && info.Mode().IsRegular() {
			// Node loads a module by its real path; Pulumi's own modules must not be loaded twice.
			return filepath.EvalSymlinks(found)
		}
		if directory == filepath.Dir(directory) {
			break
		}
	}

	command := exec.CommandContext(ctx, node, "-p", "require.resolve(process.argv[1])", module)
	command.Dir = programDirectory
	output, err := command.Output()
	if err == nil {
		return strings.TrimSpace(string(output)), nil
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && !strings.Contains(string(exit.Stderr), "MODULE_NOT_FOUND") {
		return "", fmt.Errorf("%s: node cannot resolve it: %s", module, strings.TrimSpace(string(exit.Stderr)))
	}
	return "", fmt.Errorf("%s: not found from %s; %s", module, programDirectory, remedy)
}
