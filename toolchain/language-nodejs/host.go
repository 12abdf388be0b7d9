package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// host serves the LanguageRuntime service. Calls that it does not implement (code generation, packing and
// linking of SDKs) answer "unimplemented".
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	engineAddress string
	tracing       string

	// engineGone ends the host; it is called when the engine stops answering.
	engineGone func()

	// running is cancelled by the Cancel call, and ends every node process.
	running context.Context
	cancel  context.CancelFunc
}

// newHost makes a host for the engine at an address, which may be empty when the engine sends a Handshake.
func newHost(engineAddress, tracing string, engineGone func()) *host {
	running, cancel := context.WithCancel(context.Background())
	return &host{
		engineAddress: engineAddress,
		tracing:       tracing,
		engineGone:    engineGone,
		running:       running,
		cancel:        cancel,
	}
}

// Handshake takes the engine's address where it was not an argument, and watches that engine from then on.
func (h *host) Handshake(
	ctx context.Context, request *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	h.engineAddress = request.GetEngineAddress()
	// The watch outlives this call, so it must not use the call's context.
	err := rpcutil.Healthcheck(context.WithoutCancel(ctx), h.engineAddress, engineSilence, h.engineGone)
	if err != nil {
		return nil, fmt.Errorf("watch the engine: %w", err)
	}
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// Cancel ends the running program: node gets an interrupt, and is killed when it does not obey.
func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.cancel()
	return &emptypb.Empty{}, nil
}

// GetPluginInfo answers with the version of the CLI that this host was built for.
func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

// RuntimeOptionsPrompts asks for a package manager when a new project does not name one.
func (h *host) RuntimeOptionsPrompts(
	_ context.Context, request *pulumirpc.RuntimeOptionsRequest,
) (*pulumirpc.RuntimeOptionsResponse, error) {
	response := &pulumirpc.RuntimeOptionsResponse{}
	if _, named := request.GetInfo().GetOptions().AsMap()["packagemanager"]; named {
		return response, nil
	}
	response.Prompts = []*pulumirpc.RuntimeOptionPrompt{{
		Key:         "packagemanager",
		Description: "The package manager to use for installing dependencies",
		PromptType:  pulumirpc.RuntimeOptionPrompt_STRING,
		Choices:     plugin.MakeExecutablePromptChoices("npm", "pnpm", "yarn", "bun"),
		Default: &pulumirpc.RuntimeOptionPrompt_RuntimeOptionValue{
			PromptType:  pulumirpc.RuntimeOptionPrompt_STRING,
			StringValue: "npm",
		},
	}}
	return response, nil
}

// Template has nothing to add to a project made from a template.
func (h *host) Template(context.Context, *pulumirpc.TemplateRequest) (*pulumirpc.TemplateResponse, error) {
	return &pulumirpc.TemplateResponse{}, nil
}

// About tells which node, package manager and TypeScript compiler a program would use.
func (h *host) About(ctx context.Context, request *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	node, err := findNode()
	if err != nil {
		return nil, err
	}
	manager, directory, err := packageManager(request.GetInfo())
	if err != nil {
		return nil, err
	}

	// What cannot be found out is left out: "pulumi about" is there to describe broken installations too.
	metadata := map[string]string{"packagemanager": manager.Name()}
	if found := managerVersion(manager); found != "" {
		metadata["packagemanagerVersion"] = found
	}
	if found := packageVersion(directory, "typescript"); found != "" {
		metadata["typescriptVersion"] = found
	}
	version := outputIn(ctx, directory, node, "--version")
	return &pulumirpc.AboutResponse{Executable: node, Version: version, Metadata: metadata}, nil
}

// GetProgramDependencies lists the npm packages that the program's lock file names.
func (h *host) GetProgramDependencies(
	ctx context.Context, request *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	manager, directory, err := packageManager(request.GetInfo())
	if err != nil {
		return nil, err
	}
	packages, err := manager.ListPackages(ctx, directory, request.GetTransitiveDependencies())
	if err != nil {
		return nil, fmt.Errorf("list the packages of %s: %w", directory, err)
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, found := range packages {
		response.Dependencies = append(response.Dependencies,
			&pulumirpc.DependencyInfo{Name: found.Name, Version: found.Version})
	}
	return response, nil
}

// InstallDependencies runs the package manager in the program's folder, or in the root of its npm workspace.
func (h *host) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest, server pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(server, request.GetIsTerminal())
	if err != nil {
		return err
	}
	defer closer.Close() // a second Close is harmless, the first one's error counts

	settings, err := readOptions(request.GetInfo().GetOptions())
	if err != nil {
		return err
	}
	directory := request.GetInfo().GetProgramDirectory()
	root, err := npm.FindWorkspaceRoot(directory)
	switch {
	case errors.Is(err, npm.ErrNotInWorkspace):
		root = directory
	case err != nil:
		return fmt.Errorf("find the npm workspace of %s: %w", directory, err)
	}

	fmt.Fprintf(stdout, "Installing dependencies...\n\n")
	// Plugins are run, never developed, where they are installed: they need no development dependencies.
	production := settings.production || request.GetIsPlugin()
	if _, err := npm.Install(server.Context(), settings.packageManager, root, production, stdout, stderr); err != nil {
		return fmt.Errorf("install the dependencies of %s: %w", root, err)
	}
	fmt.Fprintf(stdout, "Finished installing dependencies\n\n")
	return closer.Close()
}

// packageManager finds the package manager of a program, and the program's folder.
func packageManager(info *pulumirpc.ProgramInfo) (npm.PackageManager, string, error) {
	settings, err := readOptions(info.GetOptions())
	if err != nil {
		return nil, "", err
	}
	directory := info.GetProgramDirectory()
	manager, err := npm.ResolvePackageManager(settings.packageManager, directory)
	if err != nil {
		return nil, "", fmt.Errorf("find the package manager of %s: %w", directory, err)
	}
	return manager, directory, nil
}

// findNode finds node on PATH.
func findNode() (string, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return "", fmt.Errorf("node: not found on PATH (%w); install Node.js 22.18 or newer", err)
	}
	return node, nil
}

// outputIn runs a program in a folder, and returns the trimmed standard output, empty when it fails.
func outputIn(ctx context.Context, directory, program string, arguments ...string) string {
	command := exec.CommandContext(ctx, program, arguments...)
	command.Dir = directory
	output, err := command.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(output))
}
