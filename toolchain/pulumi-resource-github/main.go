// Command pulumi-resource-github is a Pulumi provider for GitHub.
//
// It bridges Terraform's GitHub provider with the names of the npm package @pulumi/github.
package main

import (
	"fmt"
	"os"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"towpath.dev/toolchain/bridged"
)

// version is set by the linker.
var version = "0.0.0"

func main() {
	info := newProvider()
	schema, err := bridged.Schema(info)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	tfbridge.Main(info.Name, version, info, schema)
}
