package resources

import (
	"context"

	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"

	"towpath.dev/toolchain/docker/engine"
)

// Tag gives an image another name. The name stays when the resource is deleted, and is not read back.
func Tag() *schema.Resource {
	nothing := func(context.Context, *schema.ResourceData, any) diag.Diagnostics { return nil }
	return &schema.Resource{
		Schema: fields{
			"source_image":    text(required, replaces),
			"target_image":    text(required, replaces),
			"tag_triggers":    textSet(replaces, hashed),
			"source_image_id": text(output),
		},
		CreateContext: createTag,
		ReadContext:   nothing,
		DeleteContext: nothing,
	}
}

func createTag(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	ctx, cancel := engine.Answer(ctx)
	defer cancel()
	source, target := data.Get("source_image").(string), data.Get("target_image").(string)
	if err := docker.ImageTag(ctx, source, target); err != nil {
		return diag.Errorf("image cannot be tagged: %s", engine.Explain(ctx, err))
	}
	found, err := docker.ImageInspect(ctx, source)
	if err != nil {
		return diag.Errorf("image cannot be inspected: %s", engine.Explain(ctx, err))
	}
	data.SetId(source + "." + target)
	return diag.FromErr(data.Set("source_image_id", found.ID))
}
