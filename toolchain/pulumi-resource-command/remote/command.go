package remote

import (
	"context"
	"fmt"
	"strings"

	provider "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"golang.org/x/crypto/ssh"

	"towpath.dev/toolchain/pulumi-resource-command/lifecycle"
	"towpath.dev/toolchain/pulumi-resource-command/output"
)

// Logging names the streams that are shown while a command runs.
type Logging string

// Values lists what Logging may be.
func (Logging) Values() []infer.EnumValue[Logging] {
	return []infer.EnumValue[Logging]{
		{Name: "stdout", Value: "stdout", Description: "Show stdout, not stderr"},
		{Name: "stderr", Value: "stderr", Description: "Show stderr, not stdout"},
		{Name: "stdoutAndStderr", Value: "stdoutAndStderr", Description: "Show stdout and stderr"},
		{Name: "none", Value: "none", Description: "Show nothing"},
	}
}

// Command is a resource that is created, updated and deleted by commands on another host.
type Command struct{}

// Annotate describes the resource in the schema.
func (c *Command) Annotate(annotator infer.Annotator) {
	annotator.Describe(&c, "A command that runs over SSH as part of a resource's life.")
}

// CommandInputs are the inputs of a Command.
type CommandInputs struct {
	lifecycle.Inputs
	Connection             *Connection       `pulumi:"connection" provider:"secret"`
	Stdin                  *string           `pulumi:"stdin,optional"`
	Logging                *Logging          `pulumi:"logging,optional"`
	Environment            map[string]string `pulumi:"environment,optional"`
	AddPreviousOutputInEnv *bool             `pulumi:"addPreviousOutputInEnv,optional"`
}

// Annotate describes the inputs in the schema.
func (i *CommandInputs) Annotate(annotator infer.Annotator) {
	annotator.Describe(&i.Connection, "How to reach the host.")
	annotator.Describe(&i.Stdin, "The text on the command's standard input.")
	annotator.Describe(&i.Logging, "The streams that are shown while the command runs; both by default. "+
		"The outputs hold them in any case.")
	annotator.Describe(&i.Environment, "Variables for the command; the SSH server must allow them (AcceptEnv).")
	annotator.Describe(&i.AddPreviousOutputInEnv, "Whether PULUMI_COMMAND_STDOUT and PULUMI_COMMAND_STDERR hold what "+
		"the previous create or update printed; true by default.")
}

// CommandState is what the stack's state holds of a Command.
type CommandState struct {
	CommandInputs
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

// Annotate describes the outputs in the schema.
func (s *CommandState) Annotate(annotator infer.Annotator) {
	annotator.Describe(&s.Stdout, "What the command wrote to its standard output, without the last line break.")
	annotator.Describe(&s.Stderr, "What the command wrote to its standard error, without the last line break.")
}

// Create runs the command "create", when there is one.
func (*Command) Create(
	ctx context.Context, request infer.CreateRequest[CommandInputs],
) (infer.CreateResponse[CommandState], error) {
	state := CommandState{CommandInputs: request.Inputs}
	id, err := resource.NewUniqueHex(request.Name, 8, 0)
	if err == nil && !request.DryRun && request.Inputs.Create != nil {
		err = state.execute(ctx, *request.Inputs.Create)
	}
	return infer.CreateResponse[CommandState]{ID: id, Output: state}, err
}

// Update runs the command "update", or "create" where there is none.
func (*Command) Update(
	ctx context.Context, request infer.UpdateRequest[CommandInputs, CommandState],
) (infer.UpdateResponse[CommandState], error) {
	state := CommandState{
		CommandInputs: request.Inputs, Stdout: request.State.Stdout, Stderr: request.State.Stderr,
	}
	var err error
	if command := request.Inputs.UpdateCommand(); !request.DryRun && command != nil {
		err = state.execute(ctx, *command)
	}
	return infer.UpdateResponse[CommandState]{Output: state}, err
}

// Delete runs the command "delete", when there is one.
func (*Command) Delete(ctx context.Context, request infer.DeleteRequest[CommandState]) (infer.DeleteResponse, error) {
	if request.State.Delete == nil {
		return infer.DeleteResponse{}, nil
	}
	return infer.DeleteResponse{}, request.State.execute(ctx, *request.State.Delete)
}

// execute runs a command in a session of its own. The outputs change when it succeeds.
func (s *CommandState) execute(ctx context.Context, command string) error {
	client, err := s.Connection.dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	// Closing the connection is all that ends a session for certain; it also ends the command on most servers.
	defer context.AfterFunc(ctx, func() { _ = client.Close() })()
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	defer session.Close()

	logger := provider.GetLogger(ctx)
	if err := s.setEnvironment(session, logger); err != nil {
		return err
	}
	collector := output.NewCollector(logger, output.Streams((*string)(s.Logging))...)
	if s.Stdin != nil {
		session.Stdin = strings.NewReader(*s.Stdin)
	}
	session.Stdout = collector.Stdout()
	session.Stderr = collector.Stderr()
	if err := session.Run(command); err != nil {
		return collector.Failure(err, command)
	}
	s.Stdout, s.Stderr = collector.Texts()
	return nil
}

// setEnvironment fails for a given variable that the server refuses, and only warns of the previous output.
func (s *CommandState) setEnvironment(session *ssh.Session, logger provider.Logger) error {
	given, previous := output.Environment(s.Environment, s.AddPreviousOutputInEnv, s.Stdout, s.Stderr)
	for _, variable := range given {
		if err := session.Setenv(variable.Name, variable.Value); err != nil {
			return fmt.Errorf("environment.%s: the SSH server refuses it (%w); allow it there with AcceptEnv, "+
				"or set it in the command: %s=value command", variable.Name, err, variable.Name)
		}
	}
	for _, variable := range previous {
		if err := session.Setenv(variable.Name, variable.Value); err != nil {
			logger.Warningf("%s: the SSH server refuses it (%v); allow it there with AcceptEnv, or set "+
				"addPreviousOutputInEnv: false", variable.Name, err)
		}
	}
	return nil
}
