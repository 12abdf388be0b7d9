package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Types of the resources.
const (
	containerType     = "docker:index/container:Container"
	imageType         = "docker:index/image:Image"
	networkType       = "docker:index/network:Network"
	registryImageType = "docker:index/registryImage:RegistryImage"
	remoteImageType   = "docker:index/remoteImage:RemoteImage"
	tagType           = "docker:index/tag:Tag"
	volumeType        = "docker:index/volume:Volume"
)

// patience is how long one operation of a test may take.
const patience = 5 * time.Minute

// stack is one stack of a test, with a state of its own.
type stack struct {
	t       *testing.T
	inner   auto.Stack
	folder  string // of the backend
	program pulumi.RunFunc
	events  []events.EngineEvent
}

// newStack makes an empty stack that destroys itself at the end of the test.
func newStack(t *testing.T, home string, variables map[string]string) *stack {
	t.Helper()
	folder := t.TempDir()
	environment := map[string]string{
		"PULUMI_BACKEND_URL":                          "file://" + folder,
		"PULUMI_CONFIG_PASSPHRASE":                    "conformance",
		"PULUMI_SKIP_UPDATE_CHECK":                    "true",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
	}
	maps.Copy(environment, variables)
	s := &stack{t: t, folder: folder}
	inner, err := auto.NewStackInlineSource(context.Background(), "test", surroundings.prefix,
		func(ctx *pulumi.Context) error { return s.program(ctx) },
		auto.WorkDir(t.TempDir()), auto.PulumiHome(home), auto.Pulumi(surroundings.command), auto.EnvVars(environment))
	if err != nil {
		t.Fatal(err)
	}
	s.inner = inner
	t.Cleanup(func() {
		if len(s.resources()) == 0 {
			return
		}
		if err := s.destroy(); err != nil {
			t.Errorf("destroy at the end of the test: %v", err)
		}
	})
	return s
}

// freshStack makes an empty stack for the plugin under test.
func freshStack(t *testing.T) *stack {
	t.Helper()
	return newStack(t, surroundings.home, nil)
}

// changes counts the operations of a run, without those that leave a resource alone.
type changes map[string]int

func counted[Operation ~string](found map[Operation]int) changes {
	counted := changes{}
	for operation, count := range found {
		if operation != "same" && operation != "read" && count > 0 {
			counted[string(operation)] = count
		}
	}
	return counted
}

// run does one operation, keeps its events, and counts what it did.
func (s *stack) run(operation func(context.Context, chan<- events.EngineEvent) error) (changes, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// The CLI ends when all its events were taken, so that they are all here afterwards; without room for them,
	// somebody would have to read meanwhile, and to know when the last one is there.
	channel := make(chan events.EngineEvent, 1<<12)
	err := operation(ctx, channel)
	s.events = nil
	for len(channel) > 0 {
		s.events = append(s.events, <-channel)
	}
	if err != nil {
		return nil, err
	}
	for _, event := range s.events {
		if event.SummaryEvent != nil {
			return counted(event.SummaryEvent.ResourceChanges), nil
		}
	}
	return nil, errors.New("the engine told no summary")
}

func (s *stack) up(program pulumi.RunFunc) (changes, error) {
	s.program = program
	return s.run(func(ctx context.Context, listener chan<- events.EngineEvent) error {
		_, err := s.inner.Up(ctx, optup.EventStreams(listener), optup.SuppressProgress())
		return err
	})
}

// mustUp runs a program, checks which operations it led to, and returns what it exports.
func (s *stack) mustUp(program pulumi.RunFunc, expected changes) map[string]any {
	s.t.Helper()
	found, err := s.up(program)
	if err != nil {
		s.t.Fatalf("up: %v", err)
	}
	if !maps.Equal(found, expected) {
		s.t.Fatalf("up: expected %v, got %v; %s", expected, found, s.differences())
	}
	return s.state(surroundings.prefix + "-test").Outputs
}

// mustStay checks that the same program changes nothing, twice, also after a refresh.
func (s *stack) mustStay(program pulumi.RunFunc) {
	s.t.Helper()
	s.mustUp(program, changes{})
	s.mustRefresh(changes{})
	s.mustUp(program, changes{})
}

func (s *stack) refresh() (changes, error) {
	return s.run(func(ctx context.Context, listener chan<- events.EngineEvent) error {
		_, err := s.inner.Refresh(ctx, optrefresh.EventStreams(listener), optrefresh.SuppressProgress())
		return err
	})
}

func (s *stack) mustRefresh(expected changes) {
	s.t.Helper()
	found, err := s.refresh()
	if err != nil {
		s.t.Fatalf("refresh: %v", err)
	}
	if !maps.Equal(found, expected) {
		s.t.Fatalf("refresh: expected %v, got %v; %s", expected, found, s.differences())
	}
}

func (s *stack) preview(program pulumi.RunFunc) (changes, error) {
	s.program = program
	return s.run(func(ctx context.Context, listener chan<- events.EngineEvent) error {
		_, err := s.inner.Preview(ctx, optpreview.EventStreams(listener), optpreview.SuppressProgress())
		return err
	})
}

func (s *stack) destroy() error {
	_, err := s.run(func(ctx context.Context, listener chan<- events.EngineEvent) error {
		_, err := s.inner.Destroy(ctx, optdestroy.EventStreams(listener), optdestroy.SuppressProgress())
		return err
	})
	return err
}

// differences tells which properties made the engine change something.
func (s *stack) differences() string {
	var found []string
	for _, event := range s.events {
		if step := event.ResourcePreEvent; step != nil && step.Metadata.Op != "same" {
			found = append(found, fmt.Sprintf("%s %s %v %v", step.Metadata.Op, step.Metadata.URN,
				step.Metadata.Diffs, step.Metadata.DetailedDiff))
		}
		if done := event.ResOutputsEvent; done != nil && done.Metadata.Op != "same" {
			found = append(found, fmt.Sprintf("%s %s %v %v", done.Metadata.Op, done.Metadata.URN,
				done.Metadata.Diffs, done.Metadata.DetailedDiff))
		}
	}
	return strings.Join(found, "\n")
}

// problems returns the errors that a run showed, each as often as it was shown.
func (s *stack) problems() []string {
	var found []string
	for _, event := range s.events {
		if shown := event.DiagnosticEvent; shown != nil && shown.Severity == "error" && !shown.Ephemeral {
			found = append(found, shown.Message)
		}
	}
	return found
}

// state returns one resource of the state, and fails the test when there is none.
func (s *stack) state(name string) apitype.ResourceV3 {
	s.t.Helper()
	for _, one := range s.resources() {
		if one.URN.Name() == name {
			return one
		}
	}
	s.t.Fatalf("state: there is no %q", name)
	return apitype.ResourceV3{}
}

// resources reads the state where the backend keeps it: asking the CLI would cost as much as a run.
func (s *stack) resources() []apitype.ResourceV3 {
	s.t.Helper()
	content, err := os.ReadFile(filepath.Join(s.folder, ".pulumi", "stacks", surroundings.prefix, "test.json"))
	if err != nil {
		s.t.Fatal(err)
	}
	var file struct{ Checkpoint apitype.CheckpointV3 }
	if err := json.Unmarshal(content, &file); err != nil {
		s.t.Fatal(err)
	}
	if file.Checkpoint.Latest == nil {
		return nil
	}
	return file.Checkpoint.Latest.Resources
}

// one is a program of a single resource.
func one(token, name string, properties pulumi.Map, options ...pulumi.ResourceOption) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		return ctx.RegisterResource(token, name, properties, &custom{}, options...)
	}
}

// custom is a resource of which only the id matters.
type custom struct{ pulumi.CustomResourceState }

// dockerProvider is an explicit provider.
type dockerProvider struct{ pulumi.ProviderResourceState }

func newProvider(ctx *pulumi.Context, properties pulumi.Map) (*dockerProvider, error) {
	made := &dockerProvider{}
	return made, ctx.RegisterResource("pulumi:providers:docker", "engine", properties, made)
}

// list makes a list of texts.
func list(values ...string) pulumi.StringArray { return pulumi.ToStringArray(values) }

// write makes the files of a folder.
func write(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		save(t, filepath.Join(folder, name), content)
	}
}
