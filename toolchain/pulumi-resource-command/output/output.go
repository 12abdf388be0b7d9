// Package output collects what a command prints, for the resource's outputs, for the log while it runs, and
// for the message when it fails.
package output

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	provider "github.com/pulumi/pulumi-go-provider"
)

// The environment variables that carry the output of a resource's previous command to its next one.
const (
	PreviousStdout = "PULUMI_COMMAND_STDOUT"
	PreviousStderr = "PULUMI_COMMAND_STDERR"
)

// Collector takes the two streams of one command. Its writers may be used at the same time.
type Collector struct {
	mutex    sync.Mutex
	stdout   stream
	stderr   stream
	combined bytes.Buffer
}

// NewCollector makes a collector; the given names of streams ("stdout", "stderr") are logged line by line.
func NewCollector(logger provider.Logger, logged ...string) *Collector {
	collector := &Collector{}
	for name, target := range map[string]*stream{"stdout": &collector.stdout, "stderr": &collector.stderr} {
		target.owner = collector
		if slices.Contains(logged, name) {
			target.log = logger.InfoStatus
		}
	}
	return collector
}

// Stdout is where the command's standard output goes.
func (c *Collector) Stdout() io.Writer { return &c.stdout }

// Stderr is where the command's standard error goes.
func (c *Collector) Stderr() io.Writer { return &c.stderr }

// Texts are both streams, each without its last line break, once the command has ended.
func (c *Collector) Texts() (stdout, stderr string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.stdout.text(), c.stderr.text()
}

// Failure makes the error of a command that failed, with everything that it printed, in the order of printing.
func (c *Collector) Failure(err error, command string) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.stdout.flush()
	c.stderr.flush()
	return fmt.Errorf("%w: running %q:\n%s", err, command, c.combined.String())
}

// stream keeps the text of one stream and logs its whole lines.
type stream struct {
	owner *Collector
	log   func(line string)
	all   bytes.Buffer
	line  bytes.Buffer
}

func (s *stream) Write(data []byte) (int, error) {
	s.owner.mutex.Lock()
	defer s.owner.mutex.Unlock()
	s.owner.combined.Write(data)
	s.all.Write(data)
	if s.log == nil {
		return len(data), nil
	}
	s.line.Write(data)
	for {
		before, after, found := bytes.Cut(s.line.Bytes(), []byte("\n"))
		if !found {
			return len(data), nil
		}
		s.log(strings.TrimSuffix(string(before), "\r"))
		rest := bytes.Clone(after)
		s.line.Reset()
		s.line.Write(rest)
	}
}

// flush logs a last line that has no line break.
func (s *stream) flush() {
	if s.log != nil && s.line.Len() > 0 {
		s.log(s.line.String())
		s.line.Reset()
	}
}

func (s *stream) text() string {
	s.flush()
	return strings.TrimSuffix(s.all.String(), "\n")
}
