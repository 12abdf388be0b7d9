package resources

import (
	"context"
	"fmt"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"

	"towpath.dev/toolchain/docker/engine"
)

// updatable are the fields that the engine changes on a living container. The other fields that do not
// replace it only change the state.
var updatable = []string{
	"restart", "max_retry_count", "cpu_shares", "cpu_set", "memory", "memory_reservation", "memory_swap",
}

func updateContainer(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	if before, after := data.GetChange("must_run"); !before.(bool) && after.(bool) && data.Get("start").(bool) {
		if err := start(ctx, docker, data.Id()); err != nil {
			return keepOld(data, err)
		}
	}
	if !data.HasChanges(updatable...) {
		return nil
	}
	ctx, cancel := engine.Answer(ctx)
	defer cancel()
	_, err = docker.ContainerUpdate(ctx, data.Id(), container.UpdateConfig{
		RestartPolicy: wantedRestart(data),
		Resources: container.Resources{
			CPUShares:         int64(data.Get("cpu_shares").(int)),
			CpusetCpus:        data.Get("cpu_set").(string),
			Memory:            int64(data.Get("memory").(int)) * mebibyte,
			MemoryReservation: int64(data.Get("memory_reservation").(int)) * mebibyte,
			MemorySwap:        wantedSwap(data),
		},
	})
	if err != nil {
		return keepOld(data, fmt.Errorf("container cannot be updated: %w", engine.Explain(ctx, err)))
	}
	return nil
}

// keepOld leaves the old values in the state after a failed update, so that the next one tries again.
func keepOld(data *schema.ResourceData, err error) diag.Diagnostics {
	data.Partial(true)
	return diag.FromErr(err)
}

func deleteContainer(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	if !data.Get("attach").(bool) {
		if err := stop(ctx, docker, data.Id(), data.Get("destroy_grace_seconds").(int)); err != nil {
			return diag.FromErr(err)
		}
	}
	if err := remove(ctx, docker, data); err != nil {
		return diag.FromErr(err)
	}
	data.SetId("")
	return nil
}

// stop ends a container; without grace it is killed at once.
func stop(ctx context.Context, docker *client.Client, id string, grace int) error {
	grace = max(grace, 0)
	ctx, cancel := engine.Change(ctx, time.Duration(grace)*time.Second)
	defer cancel()
	err := docker.ContainerStop(ctx, id, container.StopOptions{Timeout: &grace})
	if err != nil && !errdefs.IsNotFound(err) {
		return fmt.Errorf("container cannot be stopped: %w", engine.Explain(ctx, err))
	}
	return nil
}

// remove deletes a container and waits until it is gone. Somebody else removing it is as good.
func remove(ctx context.Context, docker *client.Client, data *schema.ResourceData) error {
	ctx, cancel := engine.Change(ctx, 0)
	defer cancel()
	gone := func(err error) bool { return errdefs.IsNotFound(err) || errdefs.IsConflict(err) }
	err := docker.ContainerRemove(ctx, data.Id(), container.RemoveOptions{
		RemoveVolumes: data.Get("remove_volumes").(bool), Force: true,
	})
	if err != nil && !gone(err) {
		return fmt.Errorf("container cannot be removed: %w", engine.Explain(ctx, err))
	}
	ended, failed := docker.ContainerWait(ctx, data.Id(), container.WaitConditionRemoved)
	select {
	case <-ended:
	case err := <-failed:
		if err != nil && !gone(err) {
			return fmt.Errorf("container's removal cannot be waited for: %w", engine.Explain(ctx, err))
		}
	}
	return nil
}
