package resources

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/network"
	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"

	"towpath.dev/toolchain/docker/engine"
)

func addressPools() fields {
	return fields{
		"subnet":      text(replaces),
		"ip_range":    text(replaces),
		"gateway":     text(replaces),
		"aux_address": table(replaces),
	}
}

// Network is one network. Every change makes a new one.
func Network() *schema.Resource {
	return &schema.Resource{
		Schema: fields{
			"name":         text(required, replaces),
			"labels":       labels(replaces),
			"driver":       text(replaces, reported),
			"options":      table(replaces, reported),
			"internal":     flag(replaces, reported),
			"attachable":   flag(replaces),
			"ingress":      flag(replaces),
			"ipv6":         flag(replaces),
			"ipam_driver":  text(replaces, otherwise("default")),
			"ipam_options": table(replaces),
			"ipam_config":  setOf(addressPools(), replaces, reported),
			"scope":        text(output),
		},
		SchemaVersion: 1, // as the official plugin's
		CreateContext: createNetwork,
		ReadContext:   readNetwork,
		DeleteContext: deleteNetwork,
		Importer:      &schema.ResourceImporter{StateContext: schema.ImportStatePassthroughContext},
	}
}

func createNetwork(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	wanted := network.CreateOptions{
		Driver:     data.Get("driver").(string),
		Options:    tableOf(data.Get("options")),
		Labels:     labelsOf(data.Get("labels")),
		Internal:   data.Get("internal").(bool),
		Attachable: data.Get("attachable").(bool),
		Ingress:    data.Get("ingress").(bool),
		IPAM: &network.IPAM{
			Driver:  data.Get("ipam_driver").(string),
			Options: tableOf(data.Get("ipam_options")),
		},
	}
	if data.Get("ipv6").(bool) {
		enabled := true
		wanted.EnableIPv6 = &enabled
	}
	for _, pool := range bags(data.Get("ipam_config")) {
		wanted.IPAM.Config = append(wanted.IPAM.Config, network.IPAMConfig{
			Subnet: pool.text("subnet"), IPRange: pool.text("ip_range"), Gateway: pool.text("gateway"),
			AuxAddress: tableOf(pool["aux_address"]),
		})
	}
	changing, cancel := engine.Creation(ctx)
	defer cancel()
	made, err := docker.NetworkCreate(changing, data.Get("name").(string), wanted)
	if err != nil {
		return diag.Errorf("network cannot be created: %s", engine.Explain(changing, err))
	}
	data.SetId(made.ID)
	return readNetwork(ctx, data, meta)
}

func readNetwork(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	ctx, cancel := engine.Answer(ctx)
	defer cancel()
	found, err := docker.NetworkInspect(ctx, data.Id(), network.InspectOptions{})
	if errdefs.IsNotFound(err) {
		data.SetId("")
		return nil
	}
	if err != nil {
		return diag.Errorf("network cannot be read: %s", engine.Explain(ctx, err))
	}
	return diag.FromErr(assign(data, map[string]any{
		"name":         found.Name,
		"labels":       labelPairs(found.Labels),
		"driver":       found.Driver,
		"options":      found.Options,
		"internal":     found.Internal,
		"attachable":   found.Attachable,
		"ingress":      found.Ingress,
		"ipv6":         found.EnableIPv6,
		"ipam_driver":  found.IPAM.Driver,
		"ipam_options": found.IPAM.Options,
		"ipam_config":  reportedPools(found.IPAM.Config),
		"scope":        found.Scope,
	}))
}

func reportedPools(pools []network.IPAMConfig) []any {
	found := []any{}
	for _, pool := range pools {
		part := map[string]any{"subnet": pool.Subnet, "ip_range": pool.IPRange, "gateway": pool.Gateway}
		if len(pool.AuxAddress) > 0 {
			part["aux_address"] = pool.AuxAddress
		}
		found = append(found, part)
	}
	return found
}

// deleteNetwork waits a while for containers that are just leaving the network.
func deleteNetwork(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	err = untilUnused(ctx, func(ctx context.Context) (inUse bool, err error) {
		err = docker.NetworkRemove(ctx, data.Id())
		if errdefs.IsNotFound(err) {
			return false, nil
		}
		return err != nil && strings.Contains(err.Error(), "has active endpoints"), err
	})
	if err != nil {
		return diag.Errorf("network cannot be removed: %s", err)
	}
	return nil
}

// NetworkLookup finds a network by its name or id.
func NetworkLookup() *schema.Resource {
	return &schema.Resource{
		Schema: fields{
			"id":          text(output),
			"name":        text(required),
			"driver":      text(output),
			"options":     table(output),
			"internal":    flag(output),
			"ipam_config": setOf(addressPools(), output),
			"scope":       text(output),
			"containers": listOf(fields{
				"container_id": text(output),
				"name":         text(output),
				"endpoint_id":  text(output),
				"mac_address":  text(output),
				"ipv4_address": text(output),
				"ipv6_address": text(output),
			}, output),
		},
		ReadContext: lookUpNetwork,
	}
}

func lookUpNetwork(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	ctx, cancel := engine.Answer(ctx)
	defer cancel()
	found, err := docker.NetworkInspect(ctx, data.Get("name").(string), network.InspectOptions{})
	if err != nil {
		return diag.Errorf("network cannot be looked up: %s", engine.Explain(ctx, err))
	}
	members := []any{}
	for id, member := range found.Containers {
		members = append(members, map[string]any{
			"container_id": id,
			"name":         member.Name,
			"endpoint_id":  member.EndpointID,
			"mac_address":  member.MacAddress,
			"ipv4_address": member.IPv4Address,
			"ipv6_address": member.IPv6Address,
		})
	}
	sort.Slice(members, func(a, b int) bool {
		id := func(index int) string { return fmt.Sprint(members[index].(map[string]any)["container_id"]) }
		return id(a) < id(b)
	})
	data.SetId(found.ID)
	return diag.FromErr(assign(data, map[string]any{
		"name":        found.Name,
		"driver":      found.Driver,
		"options":     found.Options,
		"internal":    found.Internal,
		"ipam_config": reportedPools(found.IPAM.Config),
		"scope":       found.Scope,
		"containers":  members,
	}))
}
