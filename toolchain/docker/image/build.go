package image

import (
	"context"
	"encoding/json"
	"fmt"
	"net"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/build"
	dockerimage "github.com/docker/docker/api/types/image"
	dockerregistry "github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/client"
	"github.com/moby/buildkit/identity"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/auth/authprovider"

	"towpath.dev/toolchain/docker/registry"
)

// job is one build, and perhaps a push.
type job struct {
	docker *client.Client
	wanted wanted
	show   func(line string) // status lines
	warn   func(line string)
	tell   func(line string)
}

// result is what the state keeps of it.
type result struct {
	dockerfile string // as the context has it
	digest     string // what the registry calls the image, or the engine's id of one that is not pushed
}

// run builds, and pushes unless told otherwise.
func (j *job) run(ctx context.Context, push bool) (result, error) {
	own, err := personal()
	if err != nil {
		return result{}, err
	}
	var pushing *dockerregistry.AuthConfig
	if !j.wanted.skipPush || len(j.wanted.build.cacheFrom) > 0 {
		found, warning, err := access(j.wanted, own)
		if err != nil {
			return result{}, err
		}
		if warning != "" {
			j.warn(warning)
		}
		pushing = &found
	}
	dockerfile, err := j.build(ctx, own, pushing)
	if err != nil {
		return result{}, err
	}
	if push && !j.wanted.skipPush {
		digest, err := j.push(ctx, *pushing)
		return result{dockerfile, digest}, err
	}
	found, err := j.docker.ImageInspect(ctx, j.wanted.name)
	if err != nil {
		return result{}, fmt.Errorf("image was built, but cannot be inspected: %w", err)
	}
	return result{dockerfile, found.ID}, nil
}

func (j *job) build(ctx context.Context, own *configfile.ConfigFile, pushing *dockerregistry.AuthConfig) (string, error) {
	recipe := j.wanted.build
	all, err := wallet(own, pushing)
	if err != nil {
		return "", err
	}
	for _, cache := range recipe.cacheFrom {
		if err := j.pull(ctx, cache, *pushing); err != nil {
			j.tell(fmt.Sprintf("cacheFrom: %s is not available: %v", cache, err))
		}
	}
	archived, shown, inArchive, err := pack(recipe.context, recipe.dockerfile)
	if err != nil {
		return "", err
	}
	defer archived.Close() //nolint:errcheck // read only
	options := build.ImageBuildOptions{
		Version:     recipe.builder,
		Tags:        []string{j.wanted.name},
		Dockerfile:  inArchive,
		Target:      recipe.target,
		Platform:    recipe.platform,
		BuildArgs:   recipe.args,
		NetworkMode: recipe.network,
		ExtraHosts:  recipe.addHosts,
		CacheFrom:   recipe.cacheFrom,
		AuthConfigs: all,
		Remove:      true,
		ForceRemove: true, // also the containers of a step that fails
	}
	if recipe.builder == build.BuilderBuildKit {
		started, err := j.session(ctx, own)
		if err != nil {
			return "", err
		}
		defer started.Close() //nolint:errcheck // the build is over
		options.SessionID = started.ID()
	}
	j.show("building " + j.wanted.name)
	response, err := j.docker.ImageBuild(ctx, archived, options)
	if err != nil {
		return "", fmt.Errorf("image cannot be built: %w", err)
	}
	defer response.Body.Close() //nolint:errcheck // read only
	if err := (&progress{show: j.show}).follow(response.Body); err != nil {
		return "", fmt.Errorf("image cannot be built: %w", err)
	}
	return shown, nil
}

// session lets BuildKit ask for credentials while it builds.
func (j *job) session(ctx context.Context, own *configfile.ConfigFile) (*session.Session, error) {
	made, err := session.NewSession(ctx, identity.NewID())
	if err != nil {
		return nil, fmt.Errorf("buildkit session: %w", err)
	}
	made.Allow(authprovider.NewDockerAuthProvider(authprovider.DockerAuthProviderConfig{ConfigFile: own}))
	go func() {
		dial := func(ctx context.Context, protocol string, meta map[string][]string) (net.Conn, error) {
			return j.docker.DialHijack(ctx, "/session", protocol, meta)
		}
		if err := made.Run(ctx, dial); err != nil && ctx.Err() == nil {
			j.warn(fmt.Sprintf("buildkit session: %v", err))
		}
	}()
	return made, nil
}

func (j *job) pull(ctx context.Context, name string, credentials dockerregistry.AuthConfig) error {
	header, err := registry.Header(credentials)
	if err != nil {
		return err
	}
	options := dockerimage.PullOptions{RegistryAuth: header, Platform: j.wanted.build.platform}
	stream, err := j.docker.ImagePull(ctx, name, options)
	if err != nil {
		return err
	}
	defer stream.Close() //nolint:errcheck // read only
	return (&progress{show: j.show}).follow(stream)
}

// push returns the name under which the registry has the image: repository and digest.
func (j *job) push(ctx context.Context, credentials dockerregistry.AuthConfig) (string, error) {
	header, err := registry.Header(credentials)
	if err != nil {
		return "", err
	}
	named, err := reference.ParseNormalizedNamed(j.wanted.name)
	if err != nil {
		return "", fmt.Errorf("imageName: %w", err)
	}
	j.show("pushing " + j.wanted.name)
	stream, err := j.docker.ImagePush(ctx, j.wanted.name, dockerimage.PushOptions{RegistryAuth: header})
	if err != nil {
		return "", fmt.Errorf("image cannot be pushed: %w", err)
	}
	defer stream.Close() //nolint:errcheck // read only
	var pushed types.PushResult
	follower := progress{show: j.show, aux: func(content json.RawMessage) { _ = json.Unmarshal(content, &pushed) }}
	if err := follower.follow(stream); err != nil {
		return "", fmt.Errorf("image cannot be pushed: %w", err)
	}
	if pushed.Digest == "" {
		return j.digestOnEngine(ctx, named)
	}
	return reference.TrimNamed(named).String() + "@" + pushed.Digest, nil
}

// digestOnEngine asks the engine, which remembers where an image was pushed to, for the digest of a push that
// did not report one.
func (j *job) digestOnEngine(ctx context.Context, named reference.Named) (string, error) {
	found, err := j.docker.ImageInspect(ctx, j.wanted.name)
	if err != nil {
		return "", fmt.Errorf("image was pushed, but cannot be inspected: %w", err)
	}
	for _, digest := range found.RepoDigests {
		if parsed, err := reference.ParseNormalizedNamed(digest); err == nil && parsed.Name() == named.Name() {
			return parsed.String(), nil
		}
	}
	return "", fmt.Errorf("image was pushed, but neither the registry nor the engine tells its digest")
}
