package conformance

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// TestRefusals is for the subset alone: what it leaves out is the one difference that is meant.
func TestRefusals(t *testing.T) {
	t.Parallel()
	if !*isSubset {
		t.Skip("-subset is not given")
	}
	const advice = "not supported by this build of the plugin; use the official plugin"
	s, text := freshStack(t), pulumi.String("x")
	for _, test := range []struct {
		token      string
		properties pulumi.Map
		problem    string
	}{
		{containerType, served(pulumi.Map{"gpus": pulumi.String("all")}), `"x": gpus: `},
		{containerType, served(pulumi.Map{"deviceRequests": pulumi.MapArray{pulumi.Map{"count": pulumi.Int(1)}}}), `"x": deviceRequests: `},
		{containerType, served(pulumi.Map{"deviceReadBps": pulumi.MapArray{}}), `"x": deviceReadBps: `},
		{remoteImageType, pulumi.Map{"name": text, "build": pulumi.Map{"context": text}}, `"x": build: `},
		{registryImageType, pulumi.Map{"name": text, "build": pulumi.Map{"context": text}}, `"x": build: `},
		{volumeType, pulumi.Map{"cluster": pulumi.Map{"scope": text}}, `"x": cluster: `},
		{"docker:index/service:Service", pulumi.Map{}, `"x": `},
		{"docker:index/plugin:Plugin", pulumi.Map{}, `"x": `},
	} {
		if _, err := s.preview(one(test.token, "x", test.properties)); err == nil {
			t.Errorf("%s: expected a refusal", test.token)
		}
		if expected := test.token + " " + test.problem + advice; !strings.Contains(strings.Join(s.problems(), "\n"), expected) {
			t.Errorf("expected %s, got %s", expected, s.problems())
		}
	}
	_, err := s.preview(func(ctx *pulumi.Context) error {
		return ctx.Invoke("docker:index/getLogs:getLogs", map[string]any{"name": "x"}, &map[string]any{})
	})
	if err == nil || !strings.Contains(err.Error(), "docker:index/getLogs:getLogs: "+advice) {
		t.Errorf("getLogs: expected a refusal, got %v", err)
	}
	s = newStack(t, surroundings.home, map[string]string{"DOCKER_CONTEXT": "elsewhere"})
	if _, err := s.preview(one(volumeType, "x", nil)); err == nil || !strings.Contains(err.Error(), "DOCKER_CONTEXT") {
		t.Errorf("context: expected a refusal, got %v", err)
	}
}

// TestSecretsStaySecret looks for passwords in the state.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	host, folder := startRegistry(t), t.TempDir()
	write(t, folder, map[string]string{"Dockerfile": dockerfile("")})
	s := freshStack(t)
	s.mustUp(func(ctx *pulumi.Context) error {
		provider, err := loggedIn(ctx, host)
		if err != nil {
			return err
		}
		return ctx.RegisterResource(imageType, "image", pulumi.Map{
			"imageName": pulumi.String(host + "/" + named("secret") + ":1"),
			"registry": pulumi.Map{"server": pulumi.String(host), "username": pulumi.String("somebody"),
				"password": pulumi.ToSecret(pulumi.String("unsaid"))},
			"build": pulumi.Map{"context": pulumi.String(folder), "platform": pulumi.String("linux/amd64")},
		}, &custom{}, provider)
	}, changes{"create": 3})
	for _, one := range s.resources() {
		if isReadable([]any{one.Inputs, one.Outputs}, "unsaid") {
			t.Errorf("%s: expected the password to be a secret in the state", one.URN)
		}
	}
}

// secretMark is the key that marks a secret in an exported state.
const secretMark = "4dabf18193072939515e22adb298388d"

// isReadable tells whether a text stands anywhere outside of secrets.
func isReadable(value any, text string) bool {
	switch typed := value.(type) {
	case string:
		return strings.Contains(typed, text)
	case []any:
		for _, element := range typed {
			if isReadable(element, text) {
				return true
			}
		}
	case map[string]any:
		if _, secret := typed[secretMark]; secret {
			return false
		}
		for _, element := range typed {
			if isReadable(element, text) {
				return true
			}
		}
	}
	return false
}
