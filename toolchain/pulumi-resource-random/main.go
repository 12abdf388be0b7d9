// Command pulumi-resource-random is a Pulumi provider for random values that are kept in the stack's state.
//
// It bridges Terraform's random provider with the names of the npm package @pulumi/random.
package main

import (
	"context"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"

	"towpath.dev/toolchain/bridged"
)

// version is set by the linker.
var version = "0.0.0"

func main() {
	info := newProvider()
	tfbridge.Main(context.Background(), info.Name, info, tfbridge.ProviderMetadata{XGetSchema: bridged.Getter(info)})
}
