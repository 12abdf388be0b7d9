package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// alreadyReportedCode is the exit code of @pulumi/pulumi's runner that says: the user has seen every error.
const alreadyReportedCode = 32

// interruptGrace is how long an interrupted node may take to end before it is killed.
const interruptGrace = 5 * time.Second

// outOfMemoryMark is what V8 prints when the heap is full.
const outOfMemoryMark = "<--- Last few GCs --->"

// ending tells how a node process ended.
type ending struct {
	err         error // nil after exit code 0
	outOfMemory bool
}

// alreadyReported tells whether the runner has shown the error, so that another message would be noise.
func (e ending) alreadyReported() bool {
	var exit *exec.ExitError
	return errors.As(e.err, &exit) && exit.ExitCode() == alreadyReportedCode
}

// problem describes a bad ending in a sentence, and is empty after a good one.
func (e ending) problem() string {
	var exit *exec.ExitError
	switch {
	case e.err == nil:
		return ""
	case errors.As(e.err, &exit) && e.outOfMemory:
		return fmt.Sprintf("Program exited with non-zero exit code: %d. Node.js ran out of memory; raise its limit with "+
			"\"nodeargs: --max-old-space-size=<megabytes>\" below runtime.options in Pulumi.yaml", exit.ExitCode())
	case errors.As(e.err, &exit):
		return fmt.Sprintf("Program exited with non-zero exit code: %d", exit.ExitCode())
	default:
		return fmt.Sprintf("Program could not be run: %s", e.err)
	}
}

// process is a node process whose output goes to a pair of streams.
type process struct {
	command *exec.Cmd
	stderr  *markWriter
}

// nodeProcess makes a process that is interrupted at the end of the context, and killed if that does not help.
// Its output goes to the host's own, which the engine shows.
func nodeProcess(ctx context.Context, node string, arguments []string) *process {
	command := exec.CommandContext(ctx, node, arguments...)
	command.Cancel = func() error {
		if err := command.Process.Signal(os.Interrupt); err != nil {
			return command.Process.Kill()
		}
		return nil
	}
	command.WaitDelay = interruptGrace
	made := &process{command: command}
	made.writeTo(os.Stdout, os.Stderr)
	return made
}

// writeTo sends the output elsewhere. Node switches its standard streams to non-blocking mode, which would hit
// the host's own if they were handed down; the wrapped writers make exec copy through a pipe instead.
func (p *process) writeTo(stdout, stderr io.Writer) {
	p.stderr = &markWriter{target: stderr, mark: []byte(outOfMemoryMark)}
	p.command.Stdout = struct{ io.Writer }{stdout}
	p.command.Stderr = p.stderr
}

// run starts the process and waits for its end.
func (p *process) run() ending {
	err := p.command.Run()
	return ending{err: err, outOfMemory: p.stderr.seen}
}

// markWriter passes writes on and notices a mark in them, also across two writes.
type markWriter struct {
	target io.Writer
	mark   []byte
	tail   []byte // the last bytes of the previous writes, shorter than the mark
	seen   bool
}

func (w *markWriter) Write(data []byte) (int, error) {
	if !w.seen {
		window := append(w.tail, data...)
		w.seen = bytes.Contains(window, w.mark)
		w.tail = bytes.Clone(window[max(0, len(window)-len(w.mark)+1):])
	}
	return w.target.Write(data)
}
