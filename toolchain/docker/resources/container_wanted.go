package resources

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/docker/cli/opts"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/go-units"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

// mebibyte is the unit of all memory fields.
const mebibyte = 1024 * 1024

// unconfinedPaths is an option that the engine does not know: the client translates it.
const unconfinedPaths = "systempaths=unconfined"

// wantedContainer translates what runs in a container.
func wantedContainer(data *schema.ResourceData) (*container.Config, error) {
	config := &container.Config{
		Image:       data.Get("image").(string),
		Hostname:    data.Get("hostname").(string),
		Domainname:  data.Get("domainname").(string),
		User:        data.Get("user").(string),
		WorkingDir:  data.Get("working_dir").(string),
		Tty:         data.Get("tty").(bool),
		OpenStdin:   data.Get("stdin_open").(bool),
		StopSignal:  data.Get("stop_signal").(string),
		Env:         textsOf(data.Get("env")),
		Cmd:         textsOf(data.Get("command")),
		Entrypoint:  textsOf(data.Get("entrypoint")),
		Labels:      labelsOf(data.Get("labels")),
		Healthcheck: wantedHealthcheck(data.Get("healthcheck")),
	}
	if slices.Contains(config.Cmd, "") {
		return nil, fmt.Errorf("command: an element is empty; leave it out")
	}
	if seconds, given := data.GetOk("stop_timeout"); given {
		timeout := seconds.(int)
		config.StopTimeout = &timeout
	}
	return config, nil
}

func wantedHealthcheck(value any) *container.HealthConfig {
	parts := bags(value)
	if len(parts) == 0 {
		return nil
	}
	given := parts[0]
	span := func(name string) time.Duration {
		parsed, _ := time.ParseDuration(given.text(name)) // the schema has checked it
		return parsed
	}
	return &container.HealthConfig{
		Test:          given.texts("test"),
		Interval:      span("interval"),
		Timeout:       span("timeout"),
		StartPeriod:   span("start_period"),
		StartInterval: span("start_interval"),
		Retries:       given.number("retries"),
	}
}

// wantedSurroundings translates how a container is kept, limited and attached to its host.
func wantedSurroundings(data *schema.ResourceData, apiVersion string) (*container.HostConfig, error) {
	mounts, err := wantedMounts(data.Get("mounts"), apiVersion)
	if err != nil {
		return nil, err
	}
	resources, err := wantedResources(data)
	if err != nil {
		return nil, err
	}
	runInit := data.Get("init").(bool)
	host := &container.HostConfig{
		Resources:       resources,
		Init:            &runInit,
		Mounts:          mounts,
		Tmpfs:           tableOf(data.Get("tmpfs")),
		ReadonlyRootfs:  data.Get("read_only").(bool),
		StorageOpt:      tableOf(data.Get("storage_opts")),
		AutoRemove:      data.Get("rm").(bool),
		Runtime:         data.Get("runtime").(string),
		RestartPolicy:   wantedRestart(data),
		LogConfig:       container.LogConfig{Type: data.Get("log_driver").(string), Config: tableOf(data.Get("log_opts"))},
		Privileged:      data.Get("privileged").(bool),
		GroupAdd:        textsOf(data.Get("group_add")),
		Sysctls:         tableOf(data.Get("sysctls")),
		IpcMode:         container.IpcMode(data.Get("ipc_mode").(string)),
		PidMode:         container.PidMode(data.Get("pid_mode").(string)),
		UsernsMode:      container.UsernsMode(data.Get("userns_mode").(string)),
		CgroupnsMode:    container.CgroupnsMode(data.Get("cgroupns_mode").(string)),
		NetworkMode:     container.NetworkMode(data.Get("network_mode").(string)),
		PublishAllPorts: data.Get("publish_all_ports").(bool),
		DNS:             textsOf(data.Get("dns")),
		DNSOptions:      textsOf(data.Get("dns_opts")),
		DNSSearch:       textsOf(data.Get("dns_search")),
		ShmSize:         int64(data.Get("shm_size").(int)) * mebibyte,
	}
	if !host.CgroupnsMode.Valid() {
		return nil, fmt.Errorf("cgroupnsMode: has to be private or host, got %q", host.CgroupnsMode)
	}
	for _, entry := range bags(data.Get("host")) {
		host.ExtraHosts = append(host.ExtraHosts, entry.text("host")+":"+entry.text("ip"))
	}
	for _, given := range bags(data.Get("capabilities")) {
		host.CapAdd, host.CapDrop = given.texts("add"), given.texts("drop")
	}
	for _, option := range textsOf(data.Get("security_opts")) {
		if option == unconfinedPaths {
			host.MaskedPaths, host.ReadonlyPaths = []string{}, []string{}
			continue
		}
		host.SecurityOpt = append(host.SecurityOpt, option)
	}
	return host, nil
}

func wantedRestart(data *schema.ResourceData) container.RestartPolicy {
	return container.RestartPolicy{
		Name:              container.RestartPolicyMode(data.Get("restart").(string)),
		MaximumRetryCount: data.Get("max_retry_count").(int),
	}
}

// wantedSwap translates `memorySwap`, where -1 means without limit.
func wantedSwap(data *schema.ResourceData) int64 {
	swap := int64(data.Get("memory_swap").(int))
	if swap > 0 {
		swap *= mebibyte
	}
	return swap
}

func wantedResources(data *schema.ResourceData) (container.Resources, error) {
	resources := container.Resources{
		Memory:            int64(data.Get("memory").(int)) * mebibyte,
		MemoryReservation: int64(data.Get("memory_reservation").(int)) * mebibyte,
		MemorySwap:        wantedSwap(data),
		CPUShares:         int64(data.Get("cpu_shares").(int)),
		CpusetCpus:        data.Get("cpu_set").(string),
		CgroupParent:      data.Get("cgroup_parent").(string),
	}
	if cpus := data.Get("cpus").(string); cpus != "" {
		parsed, err := opts.ParseCPUs(cpus)
		if err != nil {
			return resources, fmt.Errorf("cpus: %w", err)
		}
		resources.NanoCPUs = parsed // the engine refuses a period or a quota beside it
	} else {
		resources.CPUPeriod = int64(data.Get("cpu_period").(int))
		resources.CPUQuota = int64(data.Get("cpu_quota").(int))
	}
	for _, limit := range bags(data.Get("ulimit")) {
		resources.Ulimits = append(resources.Ulimits, &units.Ulimit{
			Name: limit.text("name"), Soft: int64(limit.number("soft")), Hard: int64(limit.number("hard")),
		})
	}
	for _, device := range bags(data.Get("devices")) {
		inside := device.text("container_path")
		if inside == "" {
			inside = device.text("host_path")
		}
		resources.Devices = append(resources.Devices, container.DeviceMapping{
			PathOnHost: device.text("host_path"), PathInContainer: inside, CgroupPermissions: device.text("permissions"),
		})
	}
	return resources, nil
}

// formatCPUs writes a number of CPUs the way the state has it: 1.0, 0.5, 1.25.
func formatCPUs(nano int64) string {
	whole, part := nano/1e9, fmt.Sprintf("%09d", nano%1e9)
	part = strings.TrimRight(part, "0")
	if part == "" {
		part = "0"
	}
	return fmt.Sprintf("%d.%s", whole, part)
}
