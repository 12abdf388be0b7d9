package plugin

import (
	"context"
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"towpath.dev/toolchain/docker/resources"
)

// longestName is the longest name that automatic naming makes.
const longestName = 255

// member is the token of a resource or function of the docker package.
func member(name string) tokens.ModuleMember {
	return tokens.ModuleMember("docker:index/" + strings.ToLower(name[:1]) + name[1:] + ":" + name)
}

func resourceType(name string) tokens.Type { return tokens.Type(member(name)) }

// describe gives the resources the names under which Pulumi programs know them.
func describe(configured func(*resources.Meta)) tfbridge.ProviderInfo {
	described := tfbridge.ProviderInfo{
		P:    shim.NewProvider(resources.Provider(configured)),
		Name: "docker",
		Config: map[string]*tfbridge.SchemaInfo{
			"host": {Default: &tfbridge.DefaultInfo{
				EnvVars: []string{"DOCKER_HOST"},
				ComputeDefault: func(context.Context, tfbridge.ComputeDefaultOptions) (any, error) {
					return resources.DefaultHost(), nil
				},
			}},
			"registry_auth": {Name: "registryAuth", MaxItemsOne: tfbridge.False()},
		},
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_container": {
				Tok:                 resourceType("Container"),
				DeleteBeforeReplace: true, // two containers cannot publish the same port
				Fields: map[string]*tfbridge.SchemaInfo{
					"command":           {Name: "command"},
					"networks_advanced": {Name: "networksAdvanced"},
				},
			},
			"docker_image": {
				Tok:    resourceType("RemoteImage"),
				Fields: map[string]*tfbridge.SchemaInfo{"name": {Name: "name"}},
			},
			"docker_network":        {Tok: resourceType("Network")},
			"docker_registry_image": {Tok: resourceType("RegistryImage")},
			"docker_tag":            {Tok: resourceType("Tag")},
			"docker_volume":         {Tok: resourceType("Volume")},
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"docker_image":          {Tok: member("getRemoteImage")},
			"docker_network":        {Tok: member("getNetwork")},
			"docker_registry_image": {Tok: member("getRegistryImage")},
		},
	}
	described.SetAutonaming(longestName, "-")
	nameFields(described)
	return described
}
