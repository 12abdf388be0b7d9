package resources

import (
	"context"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/volume"
	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"

	"towpath.dev/toolchain/docker/engine"
)

// unusedLimit is how long a deletion waits for the containers that still use what is deleted.
const unusedLimit = 30 * time.Second

// Volume is one volume. Every change makes a new one; deleting it deletes its data.
func Volume() *schema.Resource {
	return &schema.Resource{
		Schema: fields{
			"name":        text(replaces, reported),
			"labels":      labels(replaces),
			"driver":      text(replaces, reported),
			"driver_opts": table(replaces),
			"mountpoint":  text(output),
			"cluster":     listOf(fields{"id": text(output), "scope": text(replaces)}, single),
		},
		SchemaVersion: 1, // as the official plugin's
		CreateContext: createVolume,
		ReadContext:   readVolume,
		UpdateContext: readVolume,
		DeleteContext: deleteVolume,
		Importer:      &schema.ResourceImporter{StateContext: schema.ImportStatePassthroughContext},
	}
}

func createVolume(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	changing, cancel := engine.Creation(ctx)
	defer cancel()
	made, err := docker.VolumeCreate(changing, volume.CreateOptions{
		Name:       data.Get("name").(string),
		Labels:     labelsOf(data.Get("labels")),
		Driver:     data.Get("driver").(string),
		DriverOpts: tableOf(data.Get("driver_opts")),
	})
	if err != nil {
		return diag.Errorf("volume cannot be created: %s", engine.Explain(changing, err))
	}
	data.SetId(made.Name)
	return readVolume(ctx, data, meta)
}

func readVolume(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	ctx, cancel := engine.Answer(ctx)
	defer cancel()
	found, err := docker.VolumeInspect(ctx, data.Id())
	if errdefs.IsNotFound(err) {
		data.SetId("")
		return nil
	}
	if err != nil {
		return diag.Errorf("volume cannot be read: %s", engine.Explain(ctx, err))
	}
	return diag.FromErr(assign(data, map[string]any{
		"name":        found.Name,
		"labels":      labelPairs(found.Labels),
		"driver":      found.Driver,
		"driver_opts": found.Options,
		"mountpoint":  found.Mountpoint,
	}))
}

func deleteVolume(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	err = untilUnused(ctx, func(ctx context.Context) (inUse bool, err error) {
		err = docker.VolumeRemove(ctx, data.Id(), true)
		if errdefs.IsNotFound(err) {
			return false, nil
		}
		return err != nil && strings.Contains(err.Error(), "volume is in use"), err
	})
	if err != nil {
		return diag.Errorf("volume cannot be removed: %s", err)
	}
	return nil
}

// untilUnused repeats a removal for as long as containers are in its way, up to unusedLimit.
func untilUnused(ctx context.Context, remove func(context.Context) (inUse bool, err error)) error {
	deadline := time.Now().Add(unusedLimit)
	for {
		changing, cancel := engine.Change(ctx, 0)
		inUse, err := remove(changing)
		err = engine.Explain(changing, err)
		cancel()
		if err == nil || !inUse || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}
