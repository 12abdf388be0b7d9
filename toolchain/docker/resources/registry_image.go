package resources

import (
	"context"
	"fmt"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/image"
	dockerregistry "github.com/docker/docker/api/types/registry"
	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"

	"towpath.dev/toolchain/docker/registry"
)

// RegistryImage is an image in a registry, pushed from the engine. It is deleted with its resource, unless
// `keepRemotely` is set.
func RegistryImage() *schema.Resource {
	return &schema.Resource{
		Schema: fields{
			"name":                 text(required, replaces),
			"keep_remotely":        flag(otherwise(false)),
			"insecure_skip_verify": flag(otherwise(false)),
			"triggers":             table(replaces),
			"build":                setOf(fields{"context": text(required, replaces)}, single),
			"auth_config": listOf(fields{
				"address":  text(required),
				"username": text(),
				"password": text(sensitive),
			}, single),
			"sha256_digest": text(output),
		},
		CreateContext: pushRegistryImage,
		ReadContext:   readRegistryImage,
		UpdateContext: readRegistryImage,
		DeleteContext: deleteRegistryImage,
		Timeouts: &schema.ResourceTimeout{
			Create: schema.DefaultTimeout(containerLimit),
			Update: schema.DefaultTimeout(containerLimit),
			Delete: schema.DefaultTimeout(containerLimit),
		},
	}
}

// RegistryImageLookup finds the digest of an image in a registry.
func RegistryImageLookup() *schema.Resource {
	return &schema.Resource{
		Schema: fields{
			"name":                 text(required),
			"insecure_skip_verify": flag(otherwise(false)),
			"sha256_digest":        text(output),
		},
		ReadContext: func(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
			name := data.Get("name").(string)
			host, err := registry.Host(name)
			if err != nil {
				return diag.Errorf("image name %q: %s", name, err)
			}
			credentials, _ := meta.(*Meta).Keyring.Find(host) // many registries can be read without
			digest, err := registry.Digest(ctx, name, credentials, data.Get("insecure_skip_verify").(bool))
			if err != nil {
				return diag.Errorf("image %q cannot be looked up in its registry: %s", name, err)
			}
			data.SetId(digest)
			return diag.FromErr(data.Set("sha256_digest", digest))
		},
	}
}

// credentialsFor prefers the resource's own credentials to those of the provider.
func credentialsFor(data *schema.ResourceData, meta any) (dockerregistry.AuthConfig, error) {
	for _, given := range bags(data.Get("auth_config")) {
		return registry.Given(given.text("address"), given.text("username"), given.text("password")), nil
	}
	host, err := registry.Host(data.Get("name").(string))
	if err != nil {
		return dockerregistry.AuthConfig{}, fmt.Errorf("name: %w", err)
	}
	credentials, found := meta.(*Meta).Keyring.Find(host)
	if !found {
		return credentials, fmt.Errorf("no credentials for registry %s; set authConfig, or registryAuth of the provider", host)
	}
	return credentials, nil
}

func pushRegistryImage(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	credentials, err := credentialsFor(data, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	header, err := registry.Header(dockerregistry.AuthConfig{Username: credentials.Username, Password: credentials.Password})
	if err != nil {
		return diag.FromErr(err)
	}
	named, err := reference.ParseNormalizedNamed(data.Get("name").(string))
	if err != nil {
		return diag.Errorf("name: %s", err)
	}
	name := reference.TagNameOnly(named).String() // without a tag the engine would push all of them
	stream, err := docker.ImagePush(ctx, name, image.PushOptions{RegistryAuth: header})
	if err != nil {
		return diag.Errorf("image cannot be pushed: %s", err)
	}
	defer stream.Close() //nolint:errcheck // read only
	if err := drain(stream); err != nil {
		return diag.Errorf("image cannot be pushed: %s", err)
	}
	digest, err := registry.Digest(ctx, name, credentials, data.Get("insecure_skip_verify").(bool))
	if err != nil {
		return diag.Errorf("image was pushed, but its digest cannot be read: %s", err)
	}
	data.SetId(digest)
	return diag.FromErr(data.Set("sha256_digest", digest))
}

func readRegistryImage(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	credentials, err := credentialsFor(data, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	digest, err := registry.Digest(ctx, data.Get("name").(string), credentials, data.Get("insecure_skip_verify").(bool))
	if registry.IsMissing(err) {
		data.SetId("")
		return nil
	}
	if err != nil {
		return diag.Errorf("image cannot be read from its registry: %s", err)
	}
	return diag.FromErr(data.Set("sha256_digest", digest))
}

func deleteRegistryImage(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	if data.Get("keep_remotely").(bool) {
		return nil
	}
	credentials, err := credentialsFor(data, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	err = registry.Delete(ctx, data.Get("name").(string), data.Get("sha256_digest").(string), credentials,
		data.Get("insecure_skip_verify").(bool))
	if err != nil {
		return diag.Errorf("image cannot be deleted from its registry: %s", err)
	}
	return nil
}
