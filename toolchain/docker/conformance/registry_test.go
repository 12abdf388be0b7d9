package conformance

import (
	"context"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/image"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// startRegistry runs an empty registry without credentials and returns its host.
func startRegistry(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// inRegistry returns the digest of an image; empty when there is none.
func inRegistry(t *testing.T, image string) string {
	t.Helper()
	parsed, err := name.ParseReference(image, name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	found, err := remote.Head(parsed)
	if err != nil {
		return ""
	}
	return found.Digest.String()
}

// loggedIn is a provider with credentials for a registry.
func loggedIn(ctx *pulumi.Context, host string) (pulumi.ResourceOption, error) {
	provider, err := newProvider(ctx, pulumi.Map{"registryAuth": pulumi.MapArray{pulumi.Map{
		"address": pulumi.String("http://" + host), "username": pulumi.String("somebody"),
		"password": pulumi.ToSecret(pulumi.String("unsaid")),
	}}})
	return pulumi.Provider(provider), err
}

func TestImageIsPushedAndPulled(t *testing.T) {
	t.Parallel()
	onBothBuilders(t, func(t *testing.T, builder string) {
		host, folder := startRegistry(t), t.TempDir()
		pushed := host + "/" + named("pushed") + ":1"
		write(t, folder, map[string]string{"Dockerfile": dockerfile(""), "content": "one"})
		program := func(ctx *pulumi.Context) error {
			made := &built{}
			err := ctx.RegisterResource(imageType, "pushed", pulumi.Map{
				"imageName": pulumi.String(pushed),
				"registry": pulumi.Map{"server": pulumi.String(host), "username": pulumi.String("somebody"),
					"password": pulumi.ToSecret(pulumi.String("unsaid"))},
				"build": pulumi.Map{"context": pulumi.String(folder), "builderVersion": pulumi.String(builder),
					"platform": pulumi.String("linux/amd64")},
			}, made)
			if err != nil {
				return err
			}
			ctx.Export("digest", made.RepoDigest)
			return ctx.RegisterResource(containerType, named("of-digest"),
				pulumi.Map{"image": made.RepoDigest, "command": list("/tool", "serve")}, &custom{})
		}
		s := freshStack(t)
		first := s.mustUp(program, changes{"create": 3})["digest"]
		if expected := host + "/" + named("pushed") + "@" + inRegistry(t, pushed); first != expected {
			t.Errorf("repoDigest: expected %s, got %s", expected, first)
		}
		s.mustStay(program)
		save(t, folder+"/content", "two")
		second := s.mustUp(program, changes{"update": 1, "replace": 1})["digest"]
		if second == first || second != host+"/"+named("pushed")+"@"+inRegistry(t, pushed) {
			t.Errorf("repoDigest: expected the new digest, got %s", second)
		}
	})
}

func TestRemoteImage(t *testing.T) {
	t.Parallel()
	ctx, docker := context.Background(), surroundings.docker
	host := startRegistry(t)
	remoteName := host + "/" + named("remote") + ":1"
	if err := importImage(remoteName); err != nil { // one that no other registry knows
		t.Fatal(err)
	}
	stream, err := docker.ImagePush(ctx, remoteName, image.PushOptions{RegistryAuth: "e30="})
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, stream) //nolint:errcheck // checked by the pull
	stream.Close()              //nolint:errcheck // read only
	isHere := func() bool { _, err := docker.ImageInspect(ctx, remoteName); return err == nil }
	forget := func() { docker.ImageRemove(ctx, remoteName, image.RemoveOptions{Force: true}) } //nolint:errcheck // as is
	for _, keep := range []bool{false, true} {
		forget()
		s := freshStack(t)
		program := one(remoteImageType, "remote", pulumi.Map{
			"name": pulumi.String(remoteName), "keepLocally": pulumi.Bool(keep),
		})
		s.mustUp(program, changes{"create": 2})
		state := s.state("remote")
		found, err := docker.ImageInspect(ctx, remoteName)
		if err != nil || state.Outputs["imageId"] != found.ID || string(state.ID) != found.ID+remoteName {
			t.Errorf("expected the engine's id, got %v, %v", state.Outputs, err)
		}
		if expected := host + "/" + named("remote") + "@" + inRegistry(t, remoteName); state.Outputs["repoDigest"] != expected {
			t.Errorf("repoDigest: expected %s, got %v", expected, state.Outputs["repoDigest"])
		}
		s.mustStay(program)
		forget()
		s.mustRefresh(changes{"delete": 1})
		s.mustUp(program, changes{"create": 1})
		if err := s.destroy(); err != nil {
			t.Fatal(err)
		}
		if isHere() != keep {
			t.Errorf("keepLocally %v: expected the image to obey, got %v", keep, isHere())
		}
	}
}

func TestRegistryImageTagAndLookUps(t *testing.T) {
	t.Parallel()
	host := startRegistry(t)
	source, tagged := named("source")+":1", host+"/"+named("tagged")+":1"
	if err := importImage(source); err != nil { // one that no other registry knows
		t.Fatal(err)
	}
	program := func(keep bool) pulumi.RunFunc {
		return func(ctx *pulumi.Context) error {
			provider, err := loggedIn(ctx, host)
			if err != nil {
				return err
			}
			tag, pushed := &custom{}, &custom{}
			if err := ctx.RegisterResource(tagType, "tag", pulumi.Map{
				"sourceImage": pulumi.String(source), "targetImage": pulumi.String(tagged),
			}, tag, provider); err != nil {
				return err
			}
			if err := ctx.RegisterResource(registryImageType, "pushed", pulumi.Map{
				"name": pulumi.String(tagged), "keepRemotely": pulumi.Bool(keep),
			}, pushed, provider, pulumi.DependsOn([]pulumi.Resource{tag})); err != nil {
				return err
			}
			return lookUp(ctx, tagged, provider, pushed)
		}
	}
	for _, keep := range []bool{true, false} {
		s := freshStack(t)
		outputs := s.mustUp(program(keep), changes{"create": 4})
		digest := inRegistry(t, tagged)
		if digest == "" || outputs["registry"] != digest || s.state("pushed").Outputs["sha256Digest"] != digest {
			t.Errorf("expected digest %q, got %v, %v", digest, outputs["registry"], s.state("pushed").Outputs)
		}
		if expected := host + "/" + named("tagged") + "@" + digest; outputs["engine"] != expected {
			t.Errorf("getRemoteImage: expected %s, got %v", expected, outputs["engine"])
		}
		if outputs["network"] != "bridge" {
			t.Errorf("getNetwork: expected the default network's driver, got %v", outputs["network"])
		}
		s.mustStay(program(keep))
		if err := s.destroy(); err != nil {
			t.Fatal(err)
		}
		// By its digest: some registries keep the tag of a deleted manifest.
		if left := inRegistry(t, host+"/"+named("tagged")+"@"+digest) != ""; left != keep {
			t.Errorf("keepRemotely %v: expected the image to obey, got %v", keep, left)
		}
	}
}

// lookUp exports what the look-ups find, once `after` is there.
func lookUp(ctx *pulumi.Context, image string, provider pulumi.ResourceOption, after pulumi.CustomResource) error {
	option := provider.(pulumi.InvokeOption)
	ask := func(token, name, output string) pulumi.Output {
		return after.ID().ApplyT(func(pulumi.ID) (any, error) {
			found := map[string]any{}
			err := ctx.Invoke(token, map[string]any{"name": name}, &found, option)
			return found[output], err
		})
	}
	ctx.Export("registry", ask("docker:index/getRegistryImage:getRegistryImage", image, "sha256Digest"))
	ctx.Export("engine", ask("docker:index/getRemoteImage:getRemoteImage", image, "repoDigest"))
	ctx.Export("network", ask("docker:index/getNetwork:getNetwork", "bridge", "driver"))
	return nil
}
