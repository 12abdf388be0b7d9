package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// errNoDebugger answers "pulumi up --attach-debugger".
var errNoDebugger = errors.New("attach-debugger: not supported by this language host; " +
	"put --inspect-brk into runtime.options.nodeargs instead")

// Run starts the program and answers when it has ended. A program that could not be started is an answer with
// an error and not a failed call, as the engine shows the former without a stack of prefixes.
func (h *host) Run(ctx context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	if h.engineAddress == "" {
		return nil, fmt.Errorf("engine: address unknown; call Handshake before Run")
	}
	ended, err := h.runProgram(ctx, request)
	switch {
	case err != nil:
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	case ended.alreadyReported():
		return &pulumirpc.RunResponse{Bail: true}, nil
	default:
		return &pulumirpc.RunResponse{Error: ended.problem()}, nil
	}
}

// runProgram prepares node's arguments and environment, and waits for it.
func (h *host) runProgram(ctx context.Context, request *pulumirpc.RunRequest) (ending, error) {
	if request.GetAttachDebugger() {
		return ending{}, errNoDebugger
	}
	settings, err := readOptions(request.GetInfo().GetOptions())
	if err != nil {
		return ending{}, err
	}
	node, err := findNode()
	if err != nil {
		return ending{}, err
	}
	runner := os.Getenv("PULUMI_LANGUAGE_NODEJS_RUN_PATH")
	if runner == "" {
		runner = "@pulumi/pulumi/cmd/run"
	}
	runner, err = locateModule(ctx, node, runner, request.GetInfo().GetProgramDirectory(), "run pulumi install")
	if err != nil {
		return ending{}, err
	}
	environment, err := programEnvironment(request)
	if err != nil {
		return ending{}, err
	}

	// The program ends with whichever comes first: its own end, the call's, or a Cancel.
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(h.running, stop)()

	arguments := slices.Concat(settings.nodeArguments, []string{runner}, h.runnerArguments(request))
	process := nodeProcess(ctx, node, arguments)
	process.command.Env = slices.Concat(os.Environ(), environment, settings.environment())
	return process.run(), nil
}

// runnerArguments are the arguments of @pulumi/pulumi/cmd/run: flags, then the entry point, then the program's own.
func (h *host) runnerArguments(request *pulumirpc.RunRequest) []string {
	info := request.GetInfo()
	var arguments []string
	for _, flag := range []struct{ name, value string }{
		{"monitor", request.GetMonitorAddress()},
		{"engine", h.engineAddress},
		{"organization", request.GetOrganization()},
		{"project", request.GetProject()},
		{"root-directory", info.GetRootDirectory()},
		{"stack", request.GetStack()},
		{"pwd", info.GetProgramDirectory()},
		{"parallel", strconv.Itoa(int(request.GetParallel()))},
		{"tracing", h.tracing},
	} {
		if flag.value != "" {
			arguments = append(arguments, "--"+flag.name, flag.value)
		}
	}
	if request.GetDryRun() {
		arguments = append(arguments, "--dry-run")
	}
	arguments = append(arguments, info.GetEntryPoint())
	return append(arguments, request.GetArgs()...)
}

// programEnvironment carries the stack's configuration, which may be secret and so is no argument.
func programEnvironment(request *pulumirpc.RunRequest) ([]string, error) {
	values := map[string]string{}
	for name, value := range request.GetConfig() {
		key, err := config.ParseKey(name)
		if err != nil {
			return nil, fmt.Errorf("configuration: %w", err)
		}
		// Old SDKs know this form only, new ones read both.
		values[key.Namespace()+":config:"+key.Name()] = value
	}
	secrets := request.GetConfigSecretKeys()
	if secrets == nil {
		secrets = []string{}
	}
	encodedValues, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	encodedSecrets, err := json.Marshal(secrets)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return []string{
		"PULUMI_CONFIG=" + string(encodedValues),
		"PULUMI_CONFIG_SECRET_KEYS=" + string(encodedSecrets),
	}, nil
}
