package resources

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/jsonmessage"
	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"

	"towpath.dev/toolchain/docker/engine"
	"towpath.dev/toolchain/docker/registry"
)

// RemoteImage is an image that is pulled unless the engine has it. It is deleted with its resource, unless
// `keepLocally` is set.
func RemoteImage() *schema.Resource {
	return &schema.Resource{
		Schema: fields{
			"id":            text(output),
			"name":          text(required, replaces),
			"platform":      text(replaces, otherwise("")),
			"keep_locally":  flag(),
			"force_remove":  flag(),
			"pull_triggers": textSet(replaces, hashed),
			"triggers":      table(replaces),
			"build":         setOf(fields{"context": text(required, replaces)}, single),
			"image_id":      text(output),
			"repo_digest":   text(output),
		},
		CreateContext: pullRemoteImage,
		UpdateContext: pullRemoteImage,
		ReadContext:   readRemoteImage,
		DeleteContext: deleteRemoteImage,
		Timeouts: &schema.ResourceTimeout{
			Create: schema.DefaultTimeout(containerLimit),
			Update: schema.DefaultTimeout(containerLimit),
			Delete: schema.DefaultTimeout(containerLimit),
		},
	}
}

// RemoteImageLookup finds an image that the engine has.
func RemoteImageLookup() *schema.Resource {
	return &schema.Resource{
		Schema: fields{"name": text(required), "repo_digest": text(output)},
		ReadContext: func(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
			docker, err := connect(ctx, meta)
			if err != nil {
				return diag.FromErr(err)
			}
			name := data.Get("name").(string)
			found, err := findImage(ctx, docker, name)
			if err != nil {
				return diag.FromErr(err)
			}
			if found == nil {
				return diag.Errorf("image %q is not on this engine", name)
			}
			data.SetId(found.ID)
			return diag.FromErr(assign(data, map[string]any{"repo_digest": repoDigest(name, found.RepoDigests)}))
		},
	}
}

func pullRemoteImage(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	name := data.Get("name").(string)
	found, err := ensureImage(ctx, docker, meta.(*Meta).Keyring, name, data.Get("platform").(string))
	if err != nil {
		return diag.FromErr(err)
	}
	return diag.FromErr(recordImage(data, name, found))
}

func readRemoteImage(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	name := data.Get("name").(string)
	found, err := findImage(ctx, docker, name)
	if err != nil {
		return diag.FromErr(err)
	}
	if found == nil {
		data.SetId("")
		return nil
	}
	return diag.FromErr(recordImage(data, name, found))
}

// recordImage makes the id of image and name, because one image may be the target of several resources.
func recordImage(data *schema.ResourceData, name string, found *image.InspectResponse) error {
	data.SetId(found.ID + name)
	return assign(data, map[string]any{
		"image_id": found.ID, "repo_digest": repoDigest(name, found.RepoDigests),
	})
}

func deleteRemoteImage(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	if data.Get("keep_locally").(bool) {
		return nil
	}
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	ctx, cancel := engine.Change(ctx, 0)
	defer cancel()
	_, err = docker.ImageRemove(ctx, data.Get("name").(string), image.RemoveOptions{Force: data.Get("force_remove").(bool)})
	if err != nil && !errdefs.IsNotFound(err) {
		return diag.Errorf("image cannot be removed: %s", engine.Explain(ctx, err))
	}
	return nil
}

// findImage returns nil when the engine does not have the image.
func findImage(ctx context.Context, docker *client.Client, name string) (*image.InspectResponse, error) {
	ctx, cancel := engine.Answer(ctx)
	defer cancel()
	found, err := docker.ImageInspect(ctx, name)
	if errdefs.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("image %q cannot be inspected: %w", name, engine.Explain(ctx, err))
	}
	return &found, nil
}

// ensureImage pulls an image unless the engine has it.
func ensureImage(ctx context.Context, docker *client.Client, keyring registry.Keyring, name, platform string) (
	*image.InspectResponse, error,
) {
	if name == "" {
		return nil, errors.New("the image's name is empty")
	}
	found, err := findImage(ctx, docker, name)
	if found != nil || err != nil {
		return found, err
	}
	if err := pull(ctx, docker, keyring, name, platform); err != nil {
		return nil, fmt.Errorf("image %q is not on this engine and cannot be pulled: %w", name, err)
	}
	found, err = findImage(ctx, docker, name)
	if found == nil && err == nil {
		err = fmt.Errorf("image %q is not on this engine after it was pulled", name)
	}
	return found, err
}

func pull(ctx context.Context, docker *client.Client, keyring registry.Keyring, name, platform string) error {
	host, err := registry.Host(name)
	if err != nil {
		return err
	}
	credentials, _ := keyring.Find(host)
	header, err := registry.Header(credentials)
	if err != nil {
		return err
	}
	stream, err := docker.ImagePull(ctx, name, image.PullOptions{RegistryAuth: header, Platform: platform})
	if err != nil {
		return err
	}
	defer stream.Close() //nolint:errcheck // read only
	return drain(stream)
}

// drain reads the engine's progress to its end and returns the error that it tells of.
func drain(stream io.Reader) error {
	decoder := json.NewDecoder(stream)
	for {
		var message jsonmessage.JSONMessage
		if err := decoder.Decode(&message); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if message.Error != nil {
			return message.Error
		}
	}
}

// repoDigest picks the digest under which a registry knows the image: that of its own repository if there are several.
func repoDigest(name string, digests []string) string {
	if len(digests) == 0 {
		return ""
	}
	if wanted, err := reference.ParseNormalizedNamed(name); err == nil {
		for _, digest := range digests {
			if strings.HasPrefix(digest, reference.FamiliarName(wanted)+"@") {
				return digest
			}
		}
	}
	return digests[0]
}
