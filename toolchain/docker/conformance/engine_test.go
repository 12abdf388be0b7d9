package conformance

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// faulty is a socket in front of the engine that can stop answering.
type faulty struct {
	path  string
	mutex sync.Mutex
	// hang and refuse are parts of requests that get no answer, or a closed connection; "*" means all.
	hang, refuse string
	open         []net.Conn
}

func newFaulty(t *testing.T) *faulty {
	t.Helper()
	folder, err := os.MkdirTemp("", "c-") // the path of a socket has to be short
	if err != nil {
		t.Fatal(err)
	}
	f := &faulty{path: filepath.Join(folder, "s")}
	listener, err := net.Listen("unix", f.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		listener.Close() //nolint:errcheck // ends with the test
		f.set("", "")
		os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	})
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go f.serve(connection)
		}
	}()
	return f
}

// set changes the fault and closes all connections, so that the next request meets it.
func (f *faulty) set(hang, refuse string) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.hang, f.refuse = hang, refuse
	for _, connection := range f.open {
		connection.Close() //nolint:errcheck // on purpose
	}
	f.open = nil
}

func (f *faulty) serve(connection net.Conn) {
	defer connection.Close() //nolint:errcheck // a proxy
	engine, err := net.Dial("unix", strings.TrimPrefix(surroundings.docker.DaemonHost(), "unix://"))
	if err != nil {
		return
	}
	defer engine.Close() //nolint:errcheck // a proxy
	f.mutex.Lock()
	f.open = append(f.open, connection)
	f.mutex.Unlock()
	go io.Copy(connection, engine) //nolint:errcheck // ends with the connection
	buffer := make([]byte, 64<<10)
	for {
		count, err := connection.Read(buffer)
		if err != nil {
			return
		}
		f.mutex.Lock()
		hang, refuse := f.hang, f.refuse
		f.mutex.Unlock()
		request := string(buffer[:count])
		if matches(request, refuse) {
			return
		}
		if matches(request, hang) {
			io.Copy(io.Discard, connection) //nolint:errcheck // until the other side gives up: a body may still come
			return
		}
		if _, err := engine.Write(buffer[:count]); err != nil {
			return
		}
	}
}

func matches(request, part string) bool {
	return part != "" && (part == "*" || strings.Contains(request, part))
}

// behind is a program with one container on an engine behind a socket.
func behind(f *faulty, memory int) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		provider, err := newProvider(ctx, pulumi.Map{"host": pulumi.String("unix://" + f.path)})
		if err != nil {
			return err
		}
		return ctx.RegisterResource(containerType, named("behind"), served(pulumi.Map{
			"memory": pulumi.Int(memory), "memorySwap": pulumi.Int(256),
		}), &custom{}, pulumi.Provider(provider))
	}
}

// mustFail runs up, refresh, or destroy against a faulty engine; the state has to stay as it is.
func (s *stack) mustFail(what string, limit time.Duration, run func() error) {
	s.t.Helper()
	before, began := s.outputs(), time.Now()
	if err := run(); err == nil {
		s.t.Errorf("%s: expected an error", what)
	}
	if took := time.Since(began); took > limit {
		s.t.Errorf("%s: expected the error within %s, got it after %s", what, limit, took)
	}
	if after := s.outputs(); !reflect.DeepEqual(before, after) {
		s.t.Errorf("%s: expected the state to stay, got\n%v\ninstead of\n%v", what, after, before)
	}
}

// outputs is what the tests compare of the resources: what was asked for, and what it became.
func (s *stack) outputs() map[string]any {
	found := map[string]any{}
	for _, one := range s.resources() {
		if one.Type != "pulumi:pulumi:Stack" {
			found[string(one.URN)] = []any{one.ID, one.Inputs, one.Outputs["memory"], one.Outputs["name"]}
		}
	}
	return found
}

func TestEngineThatClosesConnections(t *testing.T) {
	t.Parallel()
	f := newFaulty(t)
	s := freshStack(t)
	s.mustUp(behind(f, 64), changes{"create": 3})
	id := string(s.state(named("behind")).ID)
	up := func() error { _, err := s.up(behind(f, 96)); return err }
	refresh := func() error { _, err := s.refresh(); return err }
	f.set("", "*")
	s.mustFail("up without an engine", time.Minute, up)
	s.mustFail("refresh without an engine", time.Minute, refresh)
	s.mustFail("destroy without an engine", time.Minute, s.destroy)
	f.set("", "/json")
	s.mustFail("refresh", time.Minute, refresh)
	f.set("", "")
	s.mustUp(behind(f, 96), changes{"update": 1})
	if found := inspect(t, id); found.HostConfig.Memory != 96<<20 {
		t.Errorf("expected the update after all, got %d", found.HostConfig.Memory)
	}
	s.mustStay(behind(f, 96))
}

// The next three wait for a limit of the plugin each; apart, they wait at the same time.

func TestEngineThatStopsAnsweringAtAll(t *testing.T) {
	t.Parallel()
	onFaultyEngine(t, func(f *faulty, s *stack, up func() error) {
		f.set("*", "")
		s.mustFail("up", time.Minute, up)
	})
}

// The official plugin records the new values of a failed update, and does not try again before a refresh.
func TestEngineThatStopsAnsweringUpdates(t *testing.T) {
	t.Parallel()
	onFaultyEngine(t, func(f *faulty, s *stack, up func() error) {
		f.set("", "/update")
		s.mustFail("update in place on a closed connection", time.Minute, up)
		f.set("/update", "")
		s.mustFail("update in place", 2*time.Minute, up)
	})
}

func TestEngineThatStopsAnsweringQuestions(t *testing.T) {
	t.Parallel()
	onFaultyEngine(t, func(f *faulty, s *stack, _ func() error) {
		f.set("/json", "")
		s.mustFail("refresh", 2*time.Minute, func() error { _, err := s.refresh(); return err })
	})
}

// onFaultyEngine provokes failures with a container behind the engine, which has to be updated all the same afterwards.
func onFaultyEngine(t *testing.T, provoke func(f *faulty, s *stack, up func() error)) {
	t.Helper()
	if !*isSubset {
		t.Skip("the official plugin waits without a limit of its own")
	}
	f := newFaulty(t)
	s := freshStack(t)
	s.mustUp(behind(f, 64), changes{"create": 3})
	id := string(s.state(named("behind")).ID)
	provoke(f, s, func() error { _, err := s.up(behind(f, 96)); return err })
	f.set("", "")
	s.mustUp(behind(f, 96), changes{"update": 1})
	if found := inspect(t, id); found.HostConfig.Memory != 96<<20 {
		t.Errorf("expected the update after all, got %d", found.HostConfig.Memory)
	}
}

// TestEngineOverSSH replaces the ssh client by a script that records its arguments and talks to the local engine.
func TestEngineOverSSH(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	recorded := filepath.Join(folder, "arguments")
	script := "#!/bin/sh\necho \"$@\" >>" + recorded + "\nunset DOCKER_HOST\nexec docker system dial-stdio\n"
	save(t, filepath.Join(folder, "ssh"), script)
	if err := os.Chmod(filepath.Join(folder, "ssh"), 0o755); err != nil {
		t.Fatal(err)
	}
	s := newStack(t, surroundings.home, map[string]string{"PATH": folder + ":" + os.Getenv("PATH")})
	program := func(ctx *pulumi.Context) error {
		provider, err := newProvider(ctx, pulumi.Map{
			"host": pulumi.String("ssh://somebody@machine.test:2222"), "sshOpts": list("-o", "ControlMaster=no"),
		})
		if err != nil {
			return err
		}
		if err := ctx.RegisterResource(containerType, named("ssh"), served(nil), &custom{}, pulumi.Provider(provider)); err != nil {
			return err
		}
		build := t.TempDir()
		write(t, build, map[string]string{"Dockerfile": dockerfile("")})
		return ctx.RegisterResource(imageType, named("ssh-image"), pulumi.Map{
			"imageName": pulumi.String(named("ssh-image") + ":1"), "skipPush": pulumi.Bool(true),
			"build": pulumi.Map{"context": pulumi.String(build), "platform": pulumi.String("linux/amd64")},
		}, &custom{}, pulumi.Provider(provider))
	}
	s.mustUp(program, changes{"create": 4})
	arguments, err := os.ReadFile(recorded)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"-o ControlMaster=no", "-l somebody", "-p 2222", "machine.test docker system dial-stdio"} {
		if !strings.Contains(string(arguments), part) {
			t.Errorf("ssh: expected %q among its arguments, got %s", part, arguments)
		}
	}
}
