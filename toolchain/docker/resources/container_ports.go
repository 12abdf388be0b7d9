package resources

import (
	"sort"
	"strconv"

	"github.com/docker/go-connections/nat"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

// anyAddress is where a port is published when the program names no address.
const anyAddress = "0.0.0.0"

func emptyIsAnyAddress(s *schema.Schema) {
	s.StateFunc = func(value any) string {
		if given, _ := value.(string); given != "" {
			return given
		}
		return anyAddress
	}
}

// samePorts ignores the order of published ports, because the engine reports them in its own.
func samePorts(s *schema.Schema) {
	s.DiffSuppressFunc = func(_, _, _ string, data *schema.ResourceData) bool {
		before, after := data.GetChange("ports")
		old, wanted := countPorts(before), countPorts(after)
		if len(old) != len(wanted) {
			return false
		}
		for port, times := range wanted {
			if old[port] != times {
				return false
			}
		}
		return true
	}
}

type publishedPort struct {
	internal, external int
	ip, protocol       string
}

func portOf(part bag) publishedPort {
	return publishedPort{part.number("internal"), part.number("external"), part.text("ip"), part.text("protocol")}
}

func countPorts(value any) map[publishedPort]int {
	counted := map[publishedPort]int{}
	for _, part := range bags(value) {
		counted[portOf(part)]++
	}
	return counted
}

// wantedPorts translates ports for the engine. External port 0 lets the engine choose one.
func wantedPorts(value any) (nat.PortSet, nat.PortMap) {
	exposed, published := nat.PortSet{}, nat.PortMap{}
	for _, part := range bags(value) {
		port := portOf(part)
		key := nat.Port(strconv.Itoa(port.internal) + "/" + port.protocol)
		exposed[key] = struct{}{}
		published[key] = append(published[key], nat.PortBinding{HostIP: port.ip, HostPort: strconv.Itoa(port.external)})
	}
	if len(exposed) == 0 {
		return nil, nil
	}
	return exposed, published
}

// reportedPorts translates the engine's answer, ordered by internal port.
func reportedPorts(reported nat.PortMap) []any {
	keys := make([]nat.Port, 0, len(reported))
	for key := range reported {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(a, b int) bool {
		if keys[a].Int() != keys[b].Int() {
			return keys[a].Int() < keys[b].Int()
		}
		return keys[a].Proto() < keys[b].Proto()
	})
	found := []any{}
	for _, key := range keys {
		for _, binding := range reported[key] {
			external, _ := strconv.Atoi(binding.HostPort)
			found = append(found, map[string]any{
				"internal": key.Int(), "external": external, "ip": binding.HostIP, "protocol": key.Proto(),
			})
		}
	}
	return found
}
