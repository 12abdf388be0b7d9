package resources

import (
	"fmt"
	"os"
	"strings"

	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/versions"
)

// subpathVersion is the first version of the engine's API that mounts a folder of a volume.
const subpathVersion = "1.45"

// wantedMounts translates `mounts` for the engine.
func wantedMounts(value any, apiVersion string) ([]mount.Mount, error) {
	var mounts []mount.Mount
	for _, part := range bags(value) {
		one := mount.Mount{
			Type:     mount.Type(part.text("type")),
			Target:   part.text("target"),
			Source:   part.text("source"),
			ReadOnly: part.flag("read_only"),
		}
		if given, ok := part.part("bind_options"); ok && one.Type == mount.TypeBind {
			one.BindOptions = &mount.BindOptions{Propagation: mount.Propagation(given.text("propagation"))}
		}
		if given, ok := part.part("tmpfs_options"); ok && one.Type == mount.TypeTmpfs {
			one.TmpfsOptions = &mount.TmpfsOptions{
				SizeBytes: int64(given.number("size_bytes")), Mode: os.FileMode(given.number("mode")),
			}
		}
		if given, ok := part.part("volume_options"); ok && one.Type == mount.TypeVolume {
			if given.text("subpath") != "" && versions.LessThan(apiVersion, subpathVersion) {
				return nil, fmt.Errorf("mounts: %s: subpath: needs version %s of the engine's API, got %s",
					one.Target, subpathVersion, apiVersion)
			}
			one.VolumeOptions = wantedVolumeOptions(given)
		}
		mounts = append(mounts, one)
	}
	return mounts, nil
}

func wantedVolumeOptions(given bag) *mount.VolumeOptions {
	options := &mount.VolumeOptions{
		NoCopy:  given.flag("no_copy"),
		Labels:  labelsOf(given["labels"]),
		Subpath: given.text("subpath"),
	}
	driver := &mount.Driver{Name: given.text("driver_name"), Options: tableOf(given["driver_options"])}
	if driver.Name != "" || driver.Options != nil {
		options.DriverConfig = driver
	}
	return options
}

// reportedMounts translates the engine's answer.
func reportedMounts(mounts []mount.Mount) []any {
	found := []any{}
	for _, one := range mounts {
		part := map[string]any{
			"type": string(one.Type), "target": one.Target, "source": one.Source, "read_only": one.ReadOnly,
		}
		if options := one.BindOptions; options != nil {
			part["bind_options"] = []any{map[string]any{"propagation": string(options.Propagation)}}
		}
		if options := one.TmpfsOptions; options != nil {
			part["tmpfs_options"] = []any{map[string]any{
				"size_bytes": int(options.SizeBytes), "mode": int(options.Mode),
			}}
		}
		if options := one.VolumeOptions; options != nil {
			inner := map[string]any{
				"no_copy": options.NoCopy, "labels": labelPairs(options.Labels), "subpath": options.Subpath,
			}
			if driver := options.DriverConfig; driver != nil {
				inner["driver_name"], inner["driver_options"] = driver.Name, driver.Options
			}
			part["volume_options"] = []any{inner}
		}
		found = append(found, part)
	}
	return found
}

// wantedVolumes translates `volumes`: mount points, binds, and containers whose volumes are shared.
func wantedVolumes(value any) (points map[string]struct{}, binds, from []string, err error) {
	for _, part := range bags(value) {
		path, other := part.text("container_path"), part.text("from_container")
		source := part.text("host_path")
		if source == "" {
			source = part.text("volume_name")
		}
		switch {
		case path == "" && other == "":
			return nil, nil, nil, fmt.Errorf("volumes: containerPath or fromContainer has to be given")
		case path != "" && other != "":
			return nil, nil, nil, fmt.Errorf("volumes: %s: only one of containerPath and fromContainer can be given", path)
		case other != "":
			from = append(from, other)
			continue
		}
		if points == nil {
			points = map[string]struct{}{}
		}
		points[path] = struct{}{}
		if source == "" {
			continue // an anonymous volume
		}
		mode := []string{"rw"}
		if part.flag("read_only") {
			mode[0] = "ro"
		}
		if relabel := part.text("selinux_relabel"); relabel != "" {
			mode = append(mode, relabel)
		}
		binds = append(binds, source+":"+path+":"+strings.Join(mode, ","))
	}
	return points, binds, from, nil
}
