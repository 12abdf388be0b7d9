// Command pulumi-resource-docker is a plugin for a subset of Pulumi's docker package, for networks where the
// official plugin cannot be downloaded. README.md says what the subset is.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"

	"towpath.dev/toolchain/docker/plugin"
)

// version is the version of the official plugin that this one stands for, set by the linker.
var version = "0.0.0-dev"

func main() {
	if err := plugin.Serve(version); err != nil {
		cmdutil.ExitError(err.Error())
	}
}
