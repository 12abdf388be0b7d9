package conformance

import (
	"archive/tar"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// save writes one file and its folder.
func save(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func named(suffix string) string { return surroundings.prefix + "-" + suffix }

func inspect(t *testing.T, id string) container.InspectResponse {
	t.Helper()
	found, err := surroundings.docker.ContainerInspect(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func mustBeGone(t *testing.T, id string) {
	t.Helper()
	if _, err := surroundings.docker.ContainerInspect(context.Background(), id); !errdefs.IsNotFound(err) {
		t.Fatalf("container %s: expected to be gone, got %v", id, err)
	}
}

// readFile reads a file of a container.
func readFile(t *testing.T, id, name string) (content string, mode int64) {
	t.Helper()
	stream, _, err := surroundings.docker.CopyFromContainer(context.Background(), id, name)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close() //nolint:errcheck // read only
	archived := tar.NewReader(stream)
	header, err := archived.Next()
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(archived)
	if err != nil {
		t.Fatal(err)
	}
	return string(all), header.Mode
}

func served(changed pulumi.Map) pulumi.Map {
	properties := pulumi.Map{"image": pulumi.String(surroundings.base)}
	for name, value := range changed {
		properties[name] = value
	}
	return properties
}

func TestContainerIsNamedAndKept(t *testing.T) {
	t.Parallel()
	s := freshStack(t)
	program := one(containerType, named("auto"), served(nil))
	if found, err := s.preview(program); err != nil || found["create"] == 0 {
		t.Fatalf("preview: expected a creation, got %v, %v", found, err)
	}
	s.mustUp(program, changes{"create": 2}) // with the stack itself
	state := s.state(named("auto"))
	found := inspect(t, string(state.ID))
	if !regexp.MustCompile(`^/` + named("auto") + `-[0-9a-f]{7}$`).MatchString(found.Name) {
		t.Errorf("name: expected seven hexadecimal digits at its end, got %q", found.Name)
	}
	if found.Config.Cmd[1] != "serve" || !found.State.Running {
		t.Errorf("expected the image's own command to run, got %v, %v", found.Config.Cmd, found.State.Status)
	}
	for name, expected := range map[string]any{
		"mustRun": true, "start": true, "restart": "no", "networkMode": "bridge", "removeVolumes": true, "bridge": "",
		"hostname": found.Config.Hostname, "name": strings.TrimPrefix(found.Name, "/"), "waitTimeout": 60.0,
	} {
		if state.Outputs[name] != expected {
			t.Errorf("output %s: expected %v, got %v", name, expected, state.Outputs[name])
		}
	}
	if state.Outputs["networkDatas"].([]any)[0].(map[string]any)["networkName"] != "bridge" {
		t.Errorf("output networkDatas: expected the default network, got %v", state.Outputs["networkDatas"])
	}
	s.mustStay(program)
	if err := s.destroy(); err != nil {
		t.Fatal(err)
	}
	mustBeGone(t, string(state.ID))
}

func TestContainerIsUpdatedInPlace(t *testing.T) {
	t.Parallel()
	s := freshStack(t)
	before := served(pulumi.Map{
		"restart": pulumi.String("no"), "memory": pulumi.Int(64), "memorySwap": pulumi.Int(128),
		"cpuShares": pulumi.Int(256), "destroyGraceSeconds": pulumi.Int(1),
	})
	after := served(pulumi.Map{
		"restart": pulumi.String("on-failure"), "maxRetryCount": pulumi.Int(3), "memory": pulumi.Int(96),
		"memorySwap": pulumi.Int(192), "cpuShares": pulumi.Int(512), "destroyGraceSeconds": pulumi.Int(2),
	})
	s.mustUp(one(containerType, named("update"), before), changes{"create": 2})
	id := string(s.state(named("update")).ID)
	s.mustUp(one(containerType, named("update"), after), changes{"update": 1})
	if now := string(s.state(named("update")).ID); now != id {
		t.Fatalf("id: expected the same container, got %s instead of %s", now, id)
	}
	host := inspect(t, id).HostConfig
	if host.RestartPolicy.Name != "on-failure" || host.RestartPolicy.MaximumRetryCount != 3 ||
		host.Memory != 96<<20 || host.MemorySwap != 192<<20 || host.CPUShares != 512 {
		t.Errorf("expected the new limits, got %+v %+v", host.RestartPolicy, host.Resources)
	}
	s.mustStay(one(containerType, named("update"), after))
}

func TestContainerIsReplacedDeletingFirst(t *testing.T) {
	t.Parallel()
	s := freshStack(t)
	program := func(value string) pulumi.RunFunc {
		return one(containerType, named("replace"), served(pulumi.Map{
			"name": pulumi.String(named("replace")), // would be taken if the old one were deleted last
			"envs": list("VALUE=" + value),
		}))
	}
	s.mustUp(program("one"), changes{"create": 2})
	id := string(s.state(named("replace")).ID)
	s.mustUp(program("two"), changes{"replace": 1})
	mustBeGone(t, id)
	now := inspect(t, string(s.state(named("replace")).ID))
	if !contains(now.Config.Env, "VALUE=two") {
		t.Errorf("envs: expected the new value, got %v", now.Config.Env)
	}
	// As the release of a program does it: the new copy first, under a name of its own.
	kept := pulumi.DeleteBeforeReplace(false)
	both := func(value string) pulumi.RunFunc {
		return one(containerType, named("both"), served(pulumi.Map{"envs": list("VALUE=" + value)}), kept)
	}
	s.mustUp(both("one"), changes{"create": 1, "delete": 1})
	s.mustUp(both("two"), changes{"replace": 1})
	operations := strings.Join(s.operations(named("both")), " ")
	if operations != "create-replacement replace delete-replaced" {
		t.Errorf("operations: expected the creation first, got %s", operations)
	}
}

// operations lists what was done to a resource, in order.
func (s *stack) operations(name string) []string {
	var found []string
	for _, event := range s.events {
		if step := event.ResourcePreEvent; step != nil && strings.HasSuffix(step.Metadata.URN, "::"+name) {
			found = append(found, string(step.Metadata.Op))
		}
	}
	return found
}

func TestContainerIsBroughtBack(t *testing.T) {
	t.Parallel()
	s := freshStack(t)
	program := one(containerType, named("back"), served(nil))
	s.mustUp(program, changes{"create": 2})
	id := string(s.state(named("back")).ID)
	if err := surroundings.docker.ContainerRemove(context.Background(), id, container.RemoveOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	s.mustRefresh(changes{"delete": 1})
	s.mustUp(program, changes{"create": 1})
	id = string(s.state(named("back")).ID)
	zero := 0
	if err := surroundings.docker.ContainerStop(context.Background(), id, container.StopOptions{Timeout: &zero}); err != nil {
		t.Fatal(err)
	}
	s.mustRefresh(changes{"update": 1})
	s.mustUp(program, changes{"update": 1})
	if found := inspect(t, id); !found.State.Running {
		t.Errorf("expected the same container to run again, got %s", found.State.Status)
	}
}

// TestContainerIsRead finds a container that another program made. Importing one with the import option always
// ends in a replacement, on the official plugin too, because environment and labels are not read from the engine;
// networks and volumes are imported in another test.
func TestContainerIsRead(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	made, err := surroundings.docker.ContainerCreate(ctx, &container.Config{Image: surroundings.base},
		&container.HostConfig{RestartPolicy: container.RestartPolicy{Name: "no"}}, nil, nil, named("imported"))
	if err != nil {
		t.Fatal(err)
	}
	if err := surroundings.docker.ContainerStart(ctx, made.ID, container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	s := freshStack(t)
	read := func(id string) pulumi.RunFunc {
		return func(ctx *pulumi.Context) error {
			return ctx.ReadResource(containerType, named("imported"), pulumi.ID(id), nil, &custom{})
		}
	}
	s.mustUp(read(made.ID), changes{"create": 1}) // the stack itself
	state := s.state(named("imported"))
	if state.Outputs["image"] != surroundings.base || string(state.ID) != made.ID || !state.External {
		t.Errorf("expected the container of the other program, got %v %v", state.ID, state.Outputs["image"])
	}
	if _, err := s.up(read(strings.Repeat("0", 64))); err == nil {
		t.Errorf("expected an error for a container that is not there")
	}
	if err := s.destroy(); err != nil {
		t.Fatal(err)
	}
	inspect(t, made.ID) // is still there
	if err := surroundings.docker.ContainerRemove(ctx, made.ID, container.RemoveOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
}

func TestContainerThatIsWaitedFor(t *testing.T) {
	t.Parallel()
	s := freshStack(t)
	outputs := s.mustUp(func(ctx *pulumi.Context) error {
		made := &struct {
			pulumi.CustomResourceState
			Logs     pulumi.StringOutput `pulumi:"containerLogs"`
			ExitCode pulumi.IntOutput    `pulumi:"exitCode"`
		}{}
		err := ctx.RegisterResource(containerType, named("job"), served(pulumi.Map{
			"command": list("/tool", "print", "hello"), "attach": pulumi.Bool(true), "logs": pulumi.Bool(true),
			"mustRun": pulumi.Bool(false),
		}), made)
		ctx.Export("logs", made.Logs)
		ctx.Export("exitCode", made.ExitCode)
		return err
	}, changes{"create": 2})
	if outputs["logs"] != "hello\n" || outputs["exitCode"] != 0.0 {
		t.Errorf("expected the output and the code of the job, got %+v", outputs)
	}
	check := func(command ...string) pulumi.Map {
		return pulumi.Map{"tests": list(command...), "interval": pulumi.String("500ms"), "retries": pulumi.Int(50)}
	}
	s.mustUp(one(containerType, named("healthy"), served(pulumi.Map{
		"healthcheck": check("CMD", "/tool", "print", "fine"), "wait": pulumi.Bool(true),
	})), changes{"create": 1, "delete": 1})
	if status := inspect(t, string(s.state(named("healthy")).ID)).State.Health.Status; status != container.Healthy {
		t.Errorf("wait: expected a healthy container, got %s", status)
	}
	_, err := s.up(one(containerType, named("ill"), served(pulumi.Map{
		"healthcheck": check("CMD", "/tool", "fail", "1", "no"), "wait": pulumi.Bool(true), "waitTimeout": pulumi.Int(3),
	})))
	if err == nil || !strings.Contains(strings.Join(s.problems(), "\n"), "health") {
		t.Errorf("wait: expected an error about health, got %v", s.problems())
	}
}

func TestContainerThatCannotStart(t *testing.T) {
	t.Parallel()
	s := freshStack(t)
	command := func(words ...string) pulumi.RunFunc {
		return one(containerType, named("broken"), served(pulumi.Map{
			"name": pulumi.String(named("broken")), "command": list(words...),
		}))
	}
	if _, err := s.up(command("/missing")); err == nil || !strings.Contains(strings.Join(s.problems(), "\n"), "/missing") {
		t.Fatalf("expected an error that names the command, got %v", s.problems())
	}
	if _, err := s.up(command("/tool", "serve")); err != nil { // the name is free, or the broken one is replaced
		t.Fatalf("expected the repair to succeed, got %v", err)
	}
	if found := inspect(t, named("broken")); !found.State.Running {
		t.Errorf("expected the repaired container to run, got %s", found.State.Status)
	}
}

func contains(values []string, wanted string) bool {
	for _, value := range values {
		if value == wanted {
			return true
		}
	}
	return false
}
