package image

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/docker/docker/pkg/jsonmessage"
	control "github.com/moby/buildkit/api/services/control"
)

// keptLines is how much of a failing step's output an error repeats.
const keptLines = 20

// buildkitTrace marks messages that carry BuildKit's own records.
const buildkitTrace = "moby.buildkit.trace"

// progress follows what the engine tells about a build, a push or a pull.
type progress struct {
	// show receives lines for the person who waits.
	show func(line string)
	// aux receives the messages that carry a result.
	aux func(content json.RawMessage)

	shown  map[string]bool     // steps that were announced
	output map[string][]string // the last lines of every step
	failed string              // the step that failed
}

// follow reads all messages. The error is the one that the engine tells of, with the output of its step.
func (p *progress) follow(stream io.Reader) error {
	p.shown, p.output = map[string]bool{}, map[string][]string{}
	decoder := json.NewDecoder(stream)
	for {
		var message jsonmessage.JSONMessage
		if err := decoder.Decode(&message); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if message.Error != nil {
			return p.explain(message.Error)
		}
		p.read(message)
	}
}

func (p *progress) read(message jsonmessage.JSONMessage) {
	switch {
	case message.Aux != nil && message.ID == buildkitTrace:
		p.readTrace(*message.Aux)
	case message.Aux != nil:
		if p.aux != nil {
			p.aux(*message.Aux)
		}
	case message.Stream != "":
		p.readClassic(message.Stream)
	case message.Progress == nil && message.Status != "":
		line := message.Status
		if message.ID != "" {
			line = message.ID + ": " + line
		}
		p.show(line)
	}
}

// readClassic takes the classic builder's output, where a line that starts with Step begins another step.
func (p *progress) readClassic(stream string) {
	for line := range strings.Lines(stream) {
		if strings.HasPrefix(line, "Step ") {
			p.output[""] = nil
		}
		p.keep("", line)
	}
}

func (p *progress) readTrace(content json.RawMessage) {
	var encoded []byte
	var status control.StatusResponse
	if json.Unmarshal(content, &encoded) != nil || status.UnmarshalVT(encoded) != nil {
		return // a record of a newer kind
	}
	for _, step := range status.Vertexes {
		if step.Started != nil && !p.shown[step.Digest] {
			p.shown[step.Digest] = true
			p.show(step.Name)
		}
		if step.Error != "" {
			p.failed = step.Digest
		}
	}
	for _, log := range status.Logs {
		for line := range strings.Lines(string(log.Msg)) {
			p.keep(log.Vertex, line)
		}
	}
	for _, warning := range status.Warnings {
		p.show("warning: " + string(warning.Short))
	}
}

func (p *progress) keep(step, line string) {
	line = strings.TrimRight(line, "\r\n\t ")
	if line == "" {
		return
	}
	p.show(line)
	kept := append(p.output[step], line)
	p.output[step] = kept[max(0, len(kept)-keptLines):]
}

func (p *progress) explain(problem *jsonmessage.JSONError) error {
	if problem.Code == 401 {
		return errors.New("the registry asks for credentials; set registry.username and registry.password")
	}
	if problem.Message == "EOF" {
		return errors.New("the registry closed the connection; check its address and the credentials")
	}
	lines := p.output[p.failed]
	if len(lines) == 0 {
		return errors.New(problem.Message)
	}
	return fmt.Errorf("%s\n  %s", problem.Message, strings.Join(lines, "\n  "))
}
