// Command pulumi-resource-command is a Pulumi provider that runs commands here (local.Command, local.run) and
// over SSH (remote.Command), and copies files over SSH (remote.CopyToRemote).
//
// It understands the inputs of the npm package @pulumi/command and behaves as Pulumi's own plugin of that
// version does, so that a stack can be moved between the two.
package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	provider "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/middleware/schema"

	"towpath.dev/toolchain/pulumi-resource-command/local"
	"towpath.dev/toolchain/pulumi-resource-command/remote"
)

// version is set by the linker.
var version = "0.0.0"

func main() {
	if slices.Contains(os.Args[1:], "--version") {
		fmt.Println(version)
		return
	}
	if err := newProvider().Run(context.Background(), "command", version); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// newProvider describes the provider; the schema is inferred from the Go types.
func newProvider() provider.Provider {
	return infer.Provider(infer.Options{
		Metadata: schema.Metadata{
			DisplayName: "Command",
			Description: "Commands and scripts, run locally or over SSH, as resources",
			License:     "Apache-2.0",
		},
		Resources: []infer.InferredResource{
			infer.Resource(&local.Command{}),
			infer.Resource(&remote.Command{}),
			infer.Resource(&remote.CopyToRemote{}),
		},
		Functions: []infer.InferredFunction{
			infer.Function(&local.Run{}),
		},
	})
}
