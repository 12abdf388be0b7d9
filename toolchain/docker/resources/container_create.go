package resources

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/containerd/platforms"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"
	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"towpath.dev/toolchain/docker/engine"
)

func createContainer(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	id, err := prepareContainer(ctx, data, meta.(*Meta), docker)
	if err != nil {
		return diag.FromErr(err)
	}
	// From here on the container exists: an error leaves it in the state, as one that has to be replaced.
	data.SetId(id)
	if err := completeContainer(ctx, data, docker); err != nil {
		return diag.FromErr(err)
	}
	return readContainer(ctx, data, meta)
}

// prepareContainer makes a container without starting it.
func prepareContainer(ctx context.Context, data *schema.ResourceData, meta *Meta, docker *client.Client) (string, error) {
	config, err := wantedContainer(data)
	if err != nil {
		return "", err
	}
	if _, err := ensureImage(ctx, docker, meta.Keyring, config.Image, ""); err != nil {
		return "", fmt.Errorf("image: %w", err)
	}
	host, err := wantedSurroundings(data, docker.ClientVersion())
	if err != nil {
		return "", err
	}
	config.ExposedPorts, host.PortBindings = wantedPorts(data.Get("ports"))
	if config.Volumes, host.Binds, host.VolumesFrom, err = wantedVolumes(data.Get("volumes")); err != nil {
		return "", err
	}
	var platform *ocispec.Platform
	if wanted := data.Get("platform").(string); wanted != "" {
		parsed, err := platforms.Parse(wanted)
		if err != nil {
			return "", fmt.Errorf("platform: %w", err)
		}
		platform = &parsed
	}
	ctx, cancel := engine.Creation(ctx)
	defer cancel()
	made, err := docker.ContainerCreate(ctx, config, host, &network.NetworkingConfig{}, platform, data.Get("name").(string))
	if err != nil {
		return "", fmt.Errorf("container cannot be created: %w", engine.Explain(ctx, err))
	}
	return made.ID, nil
}

// completeContainer joins networks, uploads files, starts, and waits as far as the program asks for it.
func completeContainer(ctx context.Context, data *schema.ResourceData, docker *client.Client) error {
	if err := joinNetworks(ctx, docker, data.Id(), data.Get("networks_advanced")); err != nil {
		return err
	}
	if err := upload(ctx, docker, data.Id(), data.Get("upload")); err != nil {
		return err
	}
	if data.Get("start").(bool) {
		if err := start(ctx, docker, data.Id()); err != nil {
			return err
		}
		if data.Get("wait").(bool) {
			limit := time.Duration(data.Get("wait_timeout").(int)) * time.Second
			if err := waitHealthy(ctx, docker, data.Id(), limit); err != nil {
				return err
			}
		}
	}
	if !data.Get("attach").(bool) {
		return nil
	}
	return attach(ctx, data, docker)
}

func start(ctx context.Context, docker *client.Client, id string) error {
	ctx, cancel := engine.Change(ctx, 0)
	defer cancel()
	if err := docker.ContainerStart(ctx, id, container.StartOptions{}); err != nil {
		return fmt.Errorf("container cannot be started: %w", engine.Explain(ctx, err))
	}
	return nil
}

// joinNetworks replaces the default network by the named ones.
func joinNetworks(ctx context.Context, docker *client.Client, id string, value any) error {
	wanted := bags(value)
	if len(wanted) == 0 {
		return nil
	}
	ctx, cancel := engine.Change(ctx, 0)
	defer cancel()
	err := docker.NetworkDisconnect(ctx, "bridge", id, false)
	if err != nil && !strings.Contains(err.Error(), "is not connected to") {
		return fmt.Errorf("container cannot leave the default network: %w", engine.Explain(ctx, err))
	}
	for _, part := range wanted {
		options := map[string]string{}
		for _, option := range part.texts("driver_opts") {
			if key, value, found := strings.Cut(option, "="); found {
				options[key] = value
			}
		}
		err := docker.NetworkConnect(ctx, part.text("name"), id, &network.EndpointSettings{
			Aliases:    part.texts("aliases"),
			MacAddress: part.text("mac_address"),
			DriverOpts: options,
			GwPriority: part.number("gw_priority"),
			IPAMConfig: &network.EndpointIPAMConfig{
				IPv4Address:  part.text("ipv4_address"),
				IPv6Address:  part.text("ipv6_address"),
				LinkLocalIPs: part.texts("link_local_ips"),
			},
		})
		if err != nil {
			return fmt.Errorf("container cannot join network %q: %w", part.text("name"), engine.Explain(ctx, err))
		}
	}
	return nil
}

// waitHealthy polls until the container's own health check passes.
func waitHealthy(ctx context.Context, docker *client.Client, id string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		found, err := docker.ContainerInspect(ctx, id)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("container is not healthy after %s", limit)
		case err != nil:
			return fmt.Errorf("container cannot be inspected: %w", err)
		case found.State == nil || found.State.Health == nil:
			return errors.New("wait: the container has no health check to wait for; set healthcheck, or remove wait")
		case found.State.Health.Status == container.Healthy:
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// attach waits until the container ends, and records its output when asked to.
func attach(ctx context.Context, data *schema.ResourceData, docker *client.Client) error {
	ended, failed := docker.ContainerWait(ctx, data.Id(), container.WaitConditionNotRunning)
	var output bytes.Buffer
	if data.Get("logs").(bool) {
		stream, err := docker.ContainerLogs(ctx, data.Id(), container.LogsOptions{
			ShowStdout: true, ShowStderr: true, Follow: true,
		})
		if err != nil {
			return fmt.Errorf("container's output cannot be read: %w", err)
		}
		defer stream.Close() //nolint:errcheck // read only
		if data.Get("tty").(bool) {
			_, err = io.Copy(&output, stream)
		} else {
			_, err = stdcopy.StdCopy(&output, &output, stream)
		}
		if err != nil {
			return fmt.Errorf("container's output cannot be read: %w", err)
		}
	}
	select {
	case err := <-failed:
		if err != nil {
			return fmt.Errorf("container's end cannot be waited for: %w", err)
		}
	case <-ended:
	}
	if data.Get("logs").(bool) {
		return data.Set("container_logs", output.String())
	}
	return nil
}
