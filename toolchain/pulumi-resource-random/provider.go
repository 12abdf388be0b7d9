package main

import (
	"context"
	"errors"

	framework "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	upstream "github.com/terraform-providers/terraform-provider-random/towpath"
)

// newProvider maps Terraform's names to Pulumi's: random_password becomes random:index/randomPassword:RandomPassword.
func newProvider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:                           framework.ShimProvider(upstream.New()),
		Name:                        "random",
		DisplayName:                 "Random",
		Description:                 "Random values that are kept in the stack's state",
		License:                     "Apache-2.0",
		Version:                     version,
		MetadataInfo:                tfbridge.NewProviderMetadata([]byte("{}")),
		EnableAccurateBridgePreview: true,
		EnableRawStateDelta:         true,
		Resources: map[string]*tfbridge.ResourceInfo{
			"random_bytes":  {ComputeID: bytesID},
			"random_string": {PreStateUpgradeHook: assumeStringVersion},
		},
	}
	name := func(module, name string) (string, error) {
		return tokens.MakeStandard("random")(module, "Random"+name)
	}
	info.MustComputeTokens(tokens.SingleModule("random_", "index", name))
	return info
}

// bytesID makes the value the ID of a RandomBytes, which has no ID of its own upstream. An ID cannot be secret.
func bytesID(_ context.Context, state resource.PropertyMap) (resource.ID, error) {
	value := state["base64"]
	if value.IsSecret() {
		value = value.SecretValue().Element
	}
	if !value.IsString() {
		return "", errors.New("base64: missing in the state of random_bytes")
	}
	return resource.ID(value.StringValue()), nil
}

// assumeStringVersion takes the state of a RandomString that carries no version for the first version, as
// plugins of 2022 and before wrote it.
func assumeStringVersion(arguments tfbridge.PreStateUpgradeHookArgs) (int64, resource.PropertyMap, error) {
	return max(1, arguments.PriorStateSchemaVersion), arguments.PriorState, nil
}
