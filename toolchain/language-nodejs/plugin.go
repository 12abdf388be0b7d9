package main

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// RunPlugin runs a provider that is itself a Node.js program, until it ends.
func (h *host) RunPlugin(
	request *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	if request.GetKind() == string(apitype.AnalyzerPlugin) {
		return fmt.Errorf("plugin %s: policy packs are not supported by this language host", request.GetName())
	}
	if request.GetAttachDebugger() {
		return errNoDebugger
	}
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer closer.Close() // a second Close is harmless, the first one's error counts

	settings, err := readOptions(request.GetInfo().GetOptions())
	if err != nil {
		return err
	}
	node, err := findNode()
	if err != nil {
		return err
	}
	directory := request.GetInfo().GetProgramDirectory()
	runner, err := locateModule(server.Context(), node, "@pulumi/pulumi/cmd/run-plugin", directory,
		"run npm install there")
	if err != nil {
		return err
	}

	arguments := slices.Concat(settings.nodeArguments, []string{runner, directory}, request.GetArgs())
	process := nodeProcess(server.Context(), node, arguments)
	process.command.Dir = request.GetPwd()
	process.command.Env = slices.Concat(request.GetEnv(), settings.environment())
	process.writeTo(stdout, stderr)
	if problem := process.run().problem(); problem != "" {
		return fmt.Errorf("plugin %s: %s", request.GetName(), problem)
	}
	return closer.Close()
}
