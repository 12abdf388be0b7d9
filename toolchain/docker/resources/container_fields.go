package resources

import (
	"time"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

// containerLimit is the longest that an operation on a container may take, waiting and attaching included.
const containerLimit = 20 * time.Minute

// Container is one container. Nearly every change makes a new one.
func Container() *schema.Resource {
	all := fields{}
	for _, part := range []fields{
		containerProcess(), containerLifecycle(), containerLimits(), containerRights(),
		containerNetwork(), containerFiles(), containerDevices(),
	} {
		for name, one := range part {
			all[name] = one
		}
	}
	return &schema.Resource{
		Schema:        all,
		SchemaVersion: 2, // as the official plugin's, for the state to be interchangeable
		CreateContext: createContainer,
		ReadContext:   readContainer,
		UpdateContext: updateContainer,
		DeleteContext: deleteContainer,
		Importer:      &schema.ResourceImporter{StateContext: schema.ImportStatePassthroughContext},
		Timeouts: &schema.ResourceTimeout{
			Create: schema.DefaultTimeout(containerLimit),
			Update: schema.DefaultTimeout(containerLimit),
			Delete: schema.DefaultTimeout(containerLimit),
		},
	}
}

// containerProcess says what runs.
func containerProcess() fields {
	return fields{
		"name":         text(required, replaces),
		"image":        text(required, replaces),
		"platform":     text(replaces, reported),
		"command":      texts(replaces, reported),
		"entrypoint":   texts(replaces, reported),
		"env":          textSet(replaces, reported, hashed),
		"labels":       labels(replaces, reported),
		"user":         text(replaces, ignoreEmpty),
		"working_dir":  text(replaces, ignoreEmpty),
		"tty":          flag(replaces, otherwise(false)),
		"stdin_open":   flag(replaces, otherwise(false)),
		"init":         flag(reported),
		"runtime":      text(replaces, reported),
		"stop_signal":  text(replaces, reported),
		"stop_timeout": number(replaces, reported),
		"healthcheck": listOf(fields{
			"test":           texts(),
			"interval":       duration(),
			"timeout":        duration(),
			"start_period":   duration(),
			"start_interval": duration(),
			"retries":        number(otherwise(0), atLeast(0)),
		}, reported, single),
	}
}

// containerLifecycle says when it starts, when it counts as started, and what happens at its end.
func containerLifecycle() fields {
	return fields{
		"start":                 flag(otherwise(true)),
		"must_run":              flag(otherwise(true)),
		"attach":                flag(otherwise(false)),
		"logs":                  flag(otherwise(false)),
		"rm":                    flag(otherwise(false)),
		"wait":                  flag(otherwise(false)),
		"wait_timeout":          number(otherwise(60)),
		"remove_volumes":        flag(otherwise(true)),
		"destroy_grace_seconds": number(),
		"restart": text(otherwise("no"), matching(`^(no|on-failure|always|unless-stopped)$`,
			"no, on-failure, always or unless-stopped")),
		"max_retry_count": number(),
		"container_read_refresh_timeout_milliseconds": number(otherwise(15000)),
		"log_driver":     text(replaces, reported),
		"log_opts":       table(replaces),
		"exit_code":      number(output),
		"container_logs": text(output),
	}
}

// containerLimits say how much of the machine it gets; memory is in MiB.
func containerLimits() fields {
	return fields{
		"memory":             number(atLeast(0)),
		"memory_reservation": number(otherwise(0), atLeast(0)),
		"memory_swap":        number(atLeast(-1)),
		"shm_size":           number(replaces, reported, atLeast(0)),
		"cpus":               text(replaces),
		"cpu_shares":         number(atLeast(0)),
		"cpu_set":            text(matching(`^\d+([,-]\d+)*$`, "a list of CPUs such as 0-2,4")),
		"cpu_period":         number(atLeast(0)),
		"cpu_quota":          number(atLeast(0)),
		"ulimit": setOf(fields{
			"name": text(required, replaces),
			"soft": number(required, replaces),
			"hard": number(required, replaces),
		}, replaces),
		"sysctls":       table(replaces),
		"storage_opts":  table(replaces),
		"cgroup_parent": text(replaces),
	}
}

// containerRights say what it may do, and which namespaces it shares.
func containerRights() fields {
	return fields{
		"privileged": flag(replaces),
		"capabilities": setOf(fields{
			"add":  textSet(replaces, hashed),
			"drop": textSet(replaces, hashed),
		}, replaces, single),
		"security_opts": textSet(replaces, reported, hashed),
		"group_add":     textSet(replaces, hashed),
		"ipc_mode":      text(replaces, reported),
		"pid_mode":      text(replaces),
		"userns_mode":   text(replaces),
		"cgroupns_mode": text(replaces),
	}
}

// containerNetwork says how it is reached, and what it reaches.
func containerNetwork() fields {
	return fields{
		"hostname":          text(replaces, reported),
		"domainname":        text(replaces),
		"dns":               textSet(replaces, hashed),
		"dns_opts":          textSet(replaces, hashed),
		"dns_search":        textSet(replaces, hashed),
		"publish_all_ports": flag(replaces),
		"ports": listOf(fields{
			"internal": number(required, replaces),
			"external": number(replaces, reported),
			"ip":       text(replaces, otherwise(anyAddress), emptyIsAnyAddress),
			"protocol": text(replaces, otherwise("tcp")),
		}, replaces, samePorts),
		"host": setOf(fields{
			"host": text(required, replaces),
			"ip":   text(required, replaces),
		}, replaces),
		"network_mode": text(replaces, otherwise("bridge")),
		"networks_advanced": setOf(fields{
			"name":           text(required, replaces),
			"aliases":        textSet(replaces, hashed),
			"ipv4_address":   text(replaces),
			"ipv6_address":   text(replaces),
			"link_local_ips": textSet(replaces, hashed),
			"mac_address":    text(replaces),
			"driver_opts":    textSet(replaces),
			"gw_priority":    number(replaces, atLeast(0)),
		}, replaces),
		"bridge": text(output),
		"network_data": listOf(fields{
			"network_name":              text(output),
			"ip_address":                text(output),
			"ip_prefix_length":          number(output),
			"gateway":                   text(output),
			"global_ipv6_address":       text(output),
			"global_ipv6_prefix_length": number(output),
			"ipv6_gateway":              text(output),
			"mac_address":               text(output),
		}, output),
	}
}

// containerFiles say what its file system holds.
func containerFiles() fields {
	return fields{
		"read_only": flag(replaces, otherwise(false)),
		"tmpfs":     table(),
		"volumes": setOf(fields{
			"container_path":  text(replaces),
			"volume_name":     text(replaces),
			"host_path":       text(replaces, matching(`^(/|[a-zA-Z]:[\\/])`, "an absolute path")),
			"from_container":  text(replaces),
			"read_only":       flag(replaces),
			"selinux_relabel": text(replaces, matching(`^[zZ]$`, "z or Z")),
		}, replaces),
		"mounts": setOf(fields{
			"type":      text(required, matching(`^(bind|volume|tmpfs)$`, "bind, volume or tmpfs")),
			"target":    text(required),
			"source":    text(),
			"read_only": flag(),
			"bind_options": listOf(fields{
				"propagation": text(matching(`^r?(private|shared|slave)$`, "private, shared or slave, perhaps with r in front")),
			}, single),
			"volume_options": listOf(fields{
				"no_copy":        flag(),
				"labels":         labels(),
				"driver_name":    text(),
				"driver_options": textTable(),
				"subpath":        text(replaces),
			}, single),
			"tmpfs_options": listOf(fields{
				"size_bytes": number(),
				"mode":       number(),
			}, replaces, single),
		}, replaces),
		"upload": setOf(fields{
			"file":           text(required, replaces),
			"content":        text(replaces),
			"content_base64": encoded(replaces),
			"source":         text(replaces),
			"source_hash":    text(replaces),
			"executable":     flag(replaces, otherwise(false)),
			"permissions":    text(replaces, matching(`^0[0-7]{3}$`, "four octal digits such as 0644")),
		}, replaces),
	}
}

// containerDevices say which devices it sees. Those that are refused stay in the table, so that the shape of
// the state is the official plugin's.
func containerDevices() fields {
	rates := func() *schema.Schema {
		return setOf(fields{"path": text(required), "rate": number(required, atLeast(0))})
	}
	return fields{
		"devices": setOf(fields{
			"host_path":      text(required, replaces),
			"container_path": text(replaces),
			"permissions":    text(replaces, otherwise("rwm")),
		}, replaces),
		"device_read_bps":   rates(),
		"device_read_iops":  rates(),
		"device_write_bps":  rates(),
		"device_write_iops": rates(),
		"device_requests": setOf(fields{
			"driver":       text(replaces, otherwise("cdi")),
			"count":        number(replaces, otherwise(0)),
			"device_ids":   textSet(replaces),
			"capabilities": textSet(replaces),
			"options":      textTable(replaces),
		}, replaces),
		"gpus": text(replaces),
	}
}
