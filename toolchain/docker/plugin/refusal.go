package plugin

import (
	"fmt"
	"sort"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/protobuf/types/known/structpb"
)

const advice = "not supported by this build of the plugin; use the official plugin"

// known are the resource types that this plugin implements.
var known = typeSet("Container", "Image", "Network", "RegistryImage", "RemoteImage", "Tag", "Volume")

// knownFunctions are the look-ups that it implements.
var knownFunctions = typeSet("getNetwork", "getRegistryImage", "getRemoteImage")

// refusedFields are fields of those types that the official plugin has and this one does not.
var refusedFields = map[string][]string{
	string(resourceType("Container")): {
		"deviceReadBps", "deviceReadIops", "deviceRequests", "deviceWriteBps", "deviceWriteIops", "gpus",
	},
	string(resourceType("RegistryImage")): {"build"},
	string(resourceType("RemoteImage")):   {"build"},
	string(resourceType("Volume")):        {"cluster"},
}

func typeSet(names ...string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[string(member(name))] = true
	}
	return set
}

// refuseType returns an error for a resource of a type that is not implemented.
func refuseType(urn resource.URN) error {
	if known[urn.Type().String()] {
		return nil
	}
	return fmt.Errorf("%s %q: %s", urn.Type(), urn.Name(), advice)
}

// refuseFunction returns an error for a look-up that is not implemented.
func refuseFunction(token string) error {
	if knownFunctions[token] {
		return nil
	}
	return fmt.Errorf("%s: %s", token, advice)
}

// refuseFields returns an error that names the given fields that are not implemented. A field of another
// plugin must not be dropped silently: a container without its GPU is not what the program asked for.
func refuseFields(urn resource.URN, given *structpb.Struct) error {
	var problems []string
	for _, name := range refusedFields[urn.Type().String()] {
		value, found := given.GetFields()[name]
		if _, isNull := value.GetKind().(*structpb.Value_NullValue); !found || isNull {
			continue
		}
		problems = append(problems, fmt.Sprintf("%s %q: %s: %s", urn.Type(), urn.Name(), name, advice))
	}
	if problems == nil {
		return nil
	}
	sort.Strings(problems)
	return fmt.Errorf("%s", strings.Join(problems, "\n"))
}
