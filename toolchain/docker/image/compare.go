package image

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

// plainly decodes properties and takes values out of their secret wrapping.
func plainly(properties *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(properties, plugin.MarshalOptions{KeepUnknowns: true, SkipNulls: true})
}

// previousInputs are those that the state was made from; empty for a state that does not tell.
func previousInputs(state resource.PropertyMap) resource.PropertyMap {
	return resource.PropertyMap(reader(state).part(inputsKey))
}

// compare lists the changed inputs. New credentials for the same registry are no change of the image.
func compare(before, after resource.PropertyMap) map[string]*pulumirpc.PropertyDiff {
	changes := map[string]*pulumirpc.PropertyDiff{}
	found := before.Diff(after)
	if found == nil {
		return changes
	}
	for name := range found.Adds {
		changes[string(name)] = &pulumirpc.PropertyDiff{Kind: pulumirpc.PropertyDiff_ADD}
	}
	for name := range found.Deletes {
		changes[string(name)] = &pulumirpc.PropertyDiff{Kind: pulumirpc.PropertyDiff_DELETE}
	}
	for name, change := range found.Updates {
		if name == "registry" && change.Object != nil {
			if _, moved := change.Object.Updates["server"]; !moved {
				continue
			}
		}
		changes[string(name)] = &pulumirpc.PropertyDiff{Kind: pulumirpc.PropertyDiff_UPDATE}
	}
	return changes
}
