package remote

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"towpath.dev/toolchain/pulumi-resource-command/lifecycle"
)

func pointer[T any](value T) *T { return &value }

// endpoint is how to reach a test server.
func (s sshServer) endpoint() Endpoint {
	return Endpoint{
		Host: pointer("127.0.0.1"), Port: &s.port, User: pointer("tester"), Password: pointer(password),
		HostKey: &s.hostKey, DialErrorLimit: pointer(0), AgentSocketPath: pointer(""),
	}
}

func create(inputs CommandInputs) (CommandState, error) {
	response, err := (&Command{}).Create(context.Background(),
		infer.CreateRequest[CommandInputs]{Name: "test", Inputs: inputs})
	return response.Output, err
}

func TestCommandRunsOverSSH(t *testing.T) {
	server := startServer(t)
	state, err := create(CommandInputs{
		Inputs:      lifecycle.Inputs{Create: pointer(`cat; echo "$LC_GIVEN"; echo problem >&2`)},
		Connection:  &Connection{Endpoint: server.endpoint()},
		Stdin:       pointer("from stdin\n"),
		Environment: map[string]string{"LC_GIVEN": "given"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if state.Stdout != "from stdin\ngiven" || state.Stderr != "problem" {
		t.Errorf("got %q and %q", state.Stdout, state.Stderr)
	}

	// The output goes to the next command as a variable; a server that refuses it is only worth a warning.
	update, err := (&Command{}).Update(context.Background(), infer.UpdateRequest[CommandInputs, CommandState]{
		State: state,
		Inputs: CommandInputs{
			Inputs:     lifecycle.Inputs{Create: pointer("echo create"), Update: pointer("echo update")},
			Connection: &Connection{Endpoint: server.endpoint()},
		},
	})
	if err != nil || update.Output.Stdout != "update" {
		t.Errorf("got %q, %v", update.Output.Stdout, err)
	}
}

func TestCommandReportsWhatWentWrong(t *testing.T) {
	server := startServer(t)
	for name, one := range map[string]struct {
		change func(*CommandInputs)
		parts  []string
	}{
		"exit code": {
			func(i *CommandInputs) { i.Create = pointer("echo shown; exit 5") },
			[]string{"status 5", `running "echo shown; exit 5"`, "shown"},
		},
		"variable": {
			func(i *CommandInputs) { i.Environment = map[string]string{"SECRET": "x"} },
			[]string{"environment.SECRET: the SSH server refuses it", "AcceptEnv"},
		},
		"password": {
			func(i *CommandInputs) { i.Connection.Password = pointer("wrong") },
			[]string{"after 0 failed attempts", "unable to authenticate"},
		},
		"host key": {
			func(i *CommandInputs) { i.Connection.HostKey = pointer(startServer(t).hostKey) },
			[]string{"host key mismatch"},
		},
		"bad host key": {
			func(i *CommandInputs) { i.Connection.HostKey = pointer("nonsense") },
			[]string{"connection.hostKey: not a public key"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			inputs := CommandInputs{
				Inputs:     lifecycle.Inputs{Create: pointer("true")},
				Connection: &Connection{Endpoint: server.endpoint()},
			}
			one.change(&inputs)
			_, err := create(inputs)
			if err == nil {
				t.Fatal("succeeded")
			}
			for _, part := range one.parts {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q is missing in %q", part, err)
				}
			}
		})
	}
}

func TestServerThatSaysNothingTimesOut(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	silent := sshServer{port: float64(listener.Addr().(*net.TCPAddr).Port)}.endpoint()
	silent.HostKey, silent.PerDialTimeout = nil, pointer(1)
	_, err = create(CommandInputs{
		Inputs: lifecycle.Inputs{Create: pointer("true")}, Connection: &Connection{Endpoint: silent},
	})
	if err == nil || !strings.Contains(err.Error(), "timeout") {
		t.Errorf("got %v", err)
	}
}

func TestCommandGoesThroughAProxy(t *testing.T) {
	proxy, server := startServer(t), startServer(t)
	state, err := create(CommandInputs{
		Inputs: lifecycle.Inputs{Create: pointer("echo through")},
		Connection: &Connection{
			Endpoint: server.endpoint(), Proxy: &ProxyConnection{Endpoint: proxy.endpoint()},
		},
	})
	if err != nil || state.Stdout != "through" {
		t.Errorf("got %q, %v", state.Stdout, err)
	}
}

func TestCopyFollowsTheRulesOfPaths(t *testing.T) {
	server := startServer(t)
	source, target := t.TempDir(), t.TempDir()
	mustWrite(t, filepath.Join(source, "tree", "deep", "file"), "content")
	mustWrite(t, filepath.Join(target, "existing", "keep"), "kept")
	tree := filepath.Join(source, "tree")
	file := filepath.Join(tree, "deep", "file")
	for name, one := range map[string]struct {
		source, to string
		isFolder   bool
		wanted     string
	}{
		"file to a new path":          {file, "new/deeper/name", false, "new/deeper/name"},
		"file to an existing folder":  {file, "existing", false, "existing/file"},
		"file to an existing file":    {file, "existing/keep", false, "existing/keep"},
		"folder with its name":        {tree, "named", true, "named/tree/deep/file"},
		"folder without its name":     {tree + "/", "bare", true, "bare/deep/file"},
		"folder to an existing place": {tree, "existing", true, "existing/tree/deep/file"},
	} {
		t.Run(name, func(t *testing.T) {
			inputs := CopyInputs{
				Connection: &Connection{Endpoint: server.endpoint()}, RemotePath: filepath.Join(target, one.to),
				Source: types.AssetOrArchive{Asset: &resource.Asset{Path: one.source}},
			}
			if one.isFolder {
				inputs.Source = types.AssetOrArchive{Archive: &resource.Archive{Path: one.source}}
			}
			request := infer.CreateRequest[CopyInputs]{Name: "test", Inputs: inputs}
			if _, err := (&CopyToRemote{}).Create(context.Background(), request); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join(target, one.wanted))
			if err != nil || string(got) != "content" {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}

	text := CopyInputs{
		Connection: &Connection{Endpoint: server.endpoint()}, RemotePath: filepath.Join(target, "text"),
		Source: types.AssetOrArchive{Asset: &resource.Asset{Text: "text"}},
	}
	if err := text.copy(context.Background()); err != nil {
		t.Error(err)
	}
	text.RemotePath = target
	if err := text.copy(context.Background()); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("got %v", err)
	}
}

func mustWrite(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
