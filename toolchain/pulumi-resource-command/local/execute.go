package local

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	provider "github.com/pulumi/pulumi-go-provider"

	"towpath.dev/toolchain/pulumi-resource-command/output"
)

// orphanGrace is how long a cancelled command's own children may hold its output open.
const orphanGrace = 5 * time.Second

// execute runs a command. The previous result goes to the command's environment and is replaced when the
// command succeeds; a command that fails leaves it as it is.
func (e Execution) execute(ctx context.Context, command string, result *Result) error {
	interpreter := e.Interpreter
	if len(interpreter) == 0 {
		interpreter = []string{"/bin/sh", "-c"}
		if runtime.GOOS == "windows" {
			interpreter = []string{"cmd", "/C"}
		}
	}
	directory, err := e.directory()
	if err != nil {
		return err
	}

	collector := output.NewCollector(provider.GetLogger(ctx), output.Streams((*string)(e.Logging))...)
	process := exec.CommandContext(ctx, interpreter[0], slices.Concat(interpreter[1:], []string{command})...)
	process.Dir = directory
	process.Env = os.Environ()
	given, previous := output.Environment(e.Environment, e.AddPreviousOutputInEnv, result.Stdout, result.Stderr)
	for _, variable := range slices.Concat(given, previous) {
		process.Env = append(process.Env, variable.Name+"="+variable.Value)
	}
	if e.Stdin != nil {
		process.Stdin = strings.NewReader(*e.Stdin)
	}
	process.Stdout = collector.Stdout()
	process.Stderr = collector.Stderr()
	process.WaitDelay = orphanGrace
	if err := process.Run(); err != nil {
		return collector.Failure(err, command)
	}

	assets, archive, err := e.files(directory)
	if err != nil {
		return err
	}
	result.Stdout, result.Stderr = collector.Texts()
	if e.AssetPaths != nil {
		result.Assets = assets
	}
	if e.ArchivePaths != nil {
		result.Archive = archive
	}
	return nil
}

func (e Execution) directory() (string, error) {
	if e.Dir != nil {
		return *e.Dir, nil
	}
	directory, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("dir: working directory unknown: %w", err)
	}
	return directory, nil
}
