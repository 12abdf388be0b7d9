package conformance

import (
	"context"
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// whole is a program with every kind of resource that keeps a state.
func whole(host, folder, source string, ports [2]int) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		if err := everything(named("whole"), source, ports)(ctx); err != nil {
			return err
		}
		if err := building("BuilderV1", named("whole-image"), folder, nil)(ctx); err != nil {
			return err
		}
		provider, err := loggedIn(ctx, host)
		if err != nil {
			return err
		}
		tagged := host + "/" + named("whole-tag") + ":1"
		tag := &custom{}
		if err := ctx.RegisterResource(tagType, "tag", pulumi.Map{
			"sourceImage": pulumi.String(surroundings.base), "targetImage": pulumi.String(tagged),
		}, tag, provider); err != nil {
			return err
		}
		after := pulumi.DependsOn([]pulumi.Resource{tag})
		if err := ctx.RegisterResource(registryImageType, "pushed",
			pulumi.Map{"name": pulumi.String(tagged)}, &custom{}, provider, after); err != nil {
			return err
		}
		return ctx.RegisterResource(remoteImageType, "remote",
			pulumi.Map{"name": pulumi.String(tagged), "keepLocally": pulumi.Bool(true)}, &custom{}, provider, after)
	}
}

// TestStateIsInterchangeable makes a stack with the plugin under test, and lets the other one take it over. It takes the
// addresses of TestContainerWithEverything, so the two must not run at once.
func TestStateIsInterchangeable(t *testing.T) {
	if surroundings.otherHome == "" {
		t.Skip("-other is not given")
	}
	host, folder, source := startRegistry(t), t.TempDir(), filepath.Join(t.TempDir(), "script")
	write(t, folder, map[string]string{"Dockerfile": dockerfile(""), "deep/content": "one", "ignored": "x", ".dockerignore": "ignored"})
	save(t, source, "from a file\n")
	program := whole(host, folder, source, freePorts(t))
	first := freshStack(t)
	first.mustUp(program, changes{"create": 9})
	exported, err := first.inner.Export(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	second := newStack(t, surroundings.otherHome, nil)
	if err := second.inner.Import(context.Background(), exported); err != nil {
		t.Fatal(err)
	}
	second.mustUp(program, changes{})
	before := first.records()
	first.mustRefresh(changes{})
	second.mustRefresh(changes{})
	compareStates(t, before, first.records(), second.records())
	second.mustUp(program, changes{})
	if err := second.destroy(); err != nil {
		t.Fatal(err)
	}
	if _, err := first.refresh(); err != nil { // finds everything gone, so that nothing is left to destroy
		t.Logf("refresh after the other plugin's destroy: %v", err)
	}
}

// records is everything that the state says about the resources, with the secrets in clear: each stack encrypts
// them with a key of its own.
func (s *stack) records() map[string]any {
	s.t.Helper()
	exported, err := s.inner.Export(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	var deployment apitype.DeploymentV3
	if err := json.Unmarshal(exported.Deployment, &deployment); err != nil {
		s.t.Fatal(err)
	}
	found := map[string]any{}
	for _, one := range deployment.Resources {
		if one.Type != "pulumi:pulumi:Stack" {
			found[string(one.URN)] = []any{one.ID, one.Inputs, one.Outputs}
		}
	}
	return found
}

// compareStates reports resources that the two plugins record differently.
func compareStates(t *testing.T, before, first, second map[string]any) {
	t.Helper()
	for urn, expected := range first {
		if reflect.DeepEqual(expected, second[urn]) || strings.Contains(urn, "pulumi:providers") {
			continue
		}
		text := func(value any) string {
			content, _ := json.Marshal(value)
			return string(content)
		}
		t.Errorf("%s: the states differ:\n%s\n%s\nafter creation:\n%s", urn, text(expected), text(second[urn]), text(before[urn]))
	}
}
