package resources

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"

	"towpath.dev/toolchain/docker/engine"
)

func readContainer(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
	docker, err := connect(ctx, meta)
	if err != nil {
		return diag.FromErr(err)
	}
	ctx, cancel := engine.Answer(ctx)
	defer cancel()
	found, err := docker.ContainerInspect(ctx, data.Id())
	if errdefs.IsNotFound(err) {
		data.SetId("")
		return nil
	}
	if err != nil {
		return diag.Errorf("container cannot be read: %s", engine.Explain(ctx, err))
	}
	if found.ID != data.Id() {
		// Found by name or by a part of its id: only the full id is one that can be imported.
		data.SetId("")
		return nil
	}
	values := map[string]any{}
	for _, part := range []map[string]any{
		reportedProcess(data, found), reportedLifecycle(data, found), reportedLimits(data, found.HostConfig),
		reportedRights(data, found.HostConfig), reportedNetwork(data, found), reportedFiles(found.HostConfig),
	} {
		for name, value := range part {
			values[name] = value
		}
	}
	return diag.FromErr(assign(data, values))
}

// reportedProcess leaves environment and labels alone: the engine mixes them with the image's own.
func reportedProcess(data *schema.ResourceData, found container.InspectResponse) map[string]any {
	values := map[string]any{
		"name":         strings.TrimPrefix(found.Name, "/"),
		"image":        found.Config.Image,
		"platform":     found.Platform,
		"command":      []string(found.Config.Cmd),
		"entrypoint":   []string(found.Config.Entrypoint),
		"user":         found.Config.User,
		"working_dir":  found.Config.WorkingDir,
		"tty":          found.Config.Tty,
		"stdin_open":   found.Config.OpenStdin,
		"stop_signal":  found.Config.StopSignal,
		"stop_timeout": found.Config.StopTimeout,
		"runtime":      found.HostConfig.Runtime,
		"init":         found.HostConfig.Init != nil && *found.HostConfig.Init,
	}
	if strings.HasPrefix(data.Get("image").(string), "sha256:") {
		values["image"] = found.Image // an image given by its id stays one
	}
	if check := found.Config.Healthcheck; check != nil {
		values["healthcheck"] = []any{map[string]any{
			"test":           check.Test,
			"interval":       check.Interval.String(),
			"timeout":        check.Timeout.String(),
			"start_period":   check.StartPeriod.String(),
			"start_interval": check.StartInterval.String(),
			"retries":        check.Retries,
		}}
	}
	return values
}

func reportedLifecycle(data *schema.ResourceData, found container.InspectResponse) map[string]any {
	values := map[string]any{
		"rm":              found.HostConfig.AutoRemove,
		"restart":         string(found.HostConfig.RestartPolicy.Name),
		"max_retry_count": found.HostConfig.RestartPolicy.MaximumRetryCount,
		"log_driver":      found.HostConfig.LogConfig.Type,
		"log_opts":        nil,
	}
	if _, given := data.GetOk("log_opts"); given {
		values["log_opts"] = found.HostConfig.LogConfig.Config
	}
	if !found.State.Running {
		values["exit_code"] = found.State.ExitCode
		if data.Get("must_run").(bool) {
			values["must_run"] = false // the difference makes the next update start it again
		}
	}
	return values
}

func reportedLimits(data *schema.ResourceData, host *container.HostConfig) map[string]any {
	inMebibytes := func(bytes int64) int64 {
		if bytes > 0 {
			return bytes / mebibyte
		}
		return bytes
	}
	values := map[string]any{
		"memory":             host.Memory / mebibyte,
		"memory_reservation": inMebibytes(host.MemoryReservation),
		"memory_swap":        inMebibytes(host.MemorySwap),
		"shm_size":           host.ShmSize / mebibyte,
		"cpu_shares":         host.CPUShares,
		"cpu_set":            host.CpusetCpus,
		"storage_opts":       host.StorageOpt,
		"sysctls":            host.Sysctls,
		"device_read_bps":    []any{},
		"device_read_iops":   []any{},
		"device_write_bps":   []any{},
		"device_write_iops":  []any{},
	}
	if host.NanoCPUs > 0 {
		values["cpus"] = formatCPUs(host.NanoCPUs)
	}
	if _, given := data.GetOk("ulimit"); given {
		limits := []any{}
		for _, limit := range host.Ulimits {
			limits = append(limits, map[string]any{"name": limit.Name, "soft": int(limit.Soft), "hard": int(limit.Hard)})
		}
		values["ulimit"] = limits
	}
	if given, ok := data.GetOk("devices"); ok {
		values["devices"] = reportedDevices(host.Devices, given)
	}
	return values
}

// reportedDevices names the path inside only where the program did.
func reportedDevices(found []container.DeviceMapping, given any) []any {
	named := map[string]bool{}
	for _, device := range bags(given) {
		named[device.text("host_path")] = device.text("container_path") != ""
	}
	devices := []any{}
	for _, device := range found {
		part := map[string]any{"host_path": device.PathOnHost, "permissions": device.CgroupPermissions}
		if named[device.PathOnHost] {
			part["container_path"] = device.PathInContainer
		}
		devices = append(devices, part)
	}
	return devices
}

func reportedRights(data *schema.ResourceData, host *container.HostConfig) map[string]any {
	values := map[string]any{
		"privileged":    host.Privileged,
		"security_opts": host.SecurityOpt,
		"group_add":     host.GroupAdd,
		"ipc_mode":      string(host.IpcMode),
		"userns_mode":   string(host.UsernsMode),
	}
	if len(host.CapAdd)+len(host.CapDrop) > 0 {
		values["capabilities"] = []any{map[string]any{
			"add": anyOf(host.CapAdd), "drop": anyOf(host.CapDrop),
		}}
	}
	if _, given := data.GetOk("pid_mode"); given {
		values["pid_mode"] = string(host.PidMode)
	}
	return values
}

func reportedNetwork(data *schema.ResourceData, found container.InspectResponse) map[string]any {
	host := found.HostConfig
	values := map[string]any{
		"hostname":          found.Config.Hostname,
		"domainname":        found.Config.Domainname,
		"dns":               host.DNS,
		"dns_opts":          host.DNSOptions,
		"dns_search":        host.DNSSearch,
		"network_mode":      string(host.NetworkMode),
		"publish_all_ports": host.PublishAllPorts,
	}
	entries := []any{}
	for _, entry := range host.ExtraHosts {
		name, address, _ := strings.Cut(entry, ":")
		entries = append(entries, map[string]any{"host": name, "ip": address})
	}
	values["host"] = entries
	if settings := found.NetworkSettings; settings != nil {
		values["bridge"] = settings.Bridge //nolint:staticcheck // an output of the official plugin
		values["network_data"] = reportedEndpoints(settings.Networks)
		// A container that has ended publishes nothing; that is no change unless it has to run.
		if _, given := data.GetOk("ports"); given && (found.State.Running || data.Get("must_run").(bool)) {
			values["ports"] = reportedPorts(settings.Ports)
		}
	}
	return values
}

func reportedEndpoints(networks map[string]*network.EndpointSettings) []any {
	endpoints := []any{}
	for name, endpoint := range networks {
		endpoints = append(endpoints, map[string]any{
			"network_name":              name,
			"ip_address":                endpoint.IPAddress,
			"ip_prefix_length":          endpoint.IPPrefixLen,
			"gateway":                   endpoint.Gateway,
			"global_ipv6_address":       endpoint.GlobalIPv6Address,
			"global_ipv6_prefix_length": endpoint.GlobalIPv6PrefixLen,
			"ipv6_gateway":              endpoint.IPv6Gateway,
			"mac_address":               endpoint.MacAddress,
		})
	}
	sort.Slice(endpoints, func(a, b int) bool {
		name := func(index int) string { return fmt.Sprint(endpoints[index].(map[string]any)["network_name"]) }
		return name(a) < name(b)
	})
	return endpoints
}

func reportedFiles(host *container.HostConfig) map[string]any {
	return map[string]any{
		"read_only": host.ReadonlyRootfs,
		"tmpfs":     host.Tmpfs,
		"mounts":    reportedMounts(host.Mounts),
	}
}
