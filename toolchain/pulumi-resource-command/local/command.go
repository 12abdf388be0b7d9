package local

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"towpath.dev/toolchain/pulumi-resource-command/lifecycle"
)

// Command is a resource that is created, updated and deleted by commands.
type Command struct{}

// Annotate describes the resource in the schema.
func (c *Command) Annotate(annotator infer.Annotator) {
	annotator.Describe(&c, "A command that runs on the machine of the engine as part of a resource's life.")
}

// CommandInputs are the inputs of a Command.
type CommandInputs struct {
	lifecycle.Inputs
	Execution
}

// CommandState is what the stack's state holds of a Command.
type CommandState struct {
	CommandInputs
	Result
}

// Create runs the command "create", when there is one.
func (*Command) Create(
	ctx context.Context, request infer.CreateRequest[CommandInputs],
) (infer.CreateResponse[CommandState], error) {
	state := CommandState{CommandInputs: request.Inputs}
	id, err := resource.NewUniqueHex(request.Name, 8, 0)
	if err == nil && !request.DryRun && request.Inputs.Create != nil {
		err = state.execute(ctx, *request.Inputs.Create, &state.Result)
	}
	return infer.CreateResponse[CommandState]{ID: id, Output: state}, err
}

// Update runs the command "update", or "create" where there is none.
func (*Command) Update(
	ctx context.Context, request infer.UpdateRequest[CommandInputs, CommandState],
) (infer.UpdateResponse[CommandState], error) {
	state := CommandState{CommandInputs: request.Inputs, Result: request.State.Result}
	var err error
	if command := request.Inputs.UpdateCommand(); !request.DryRun && command != nil {
		err = state.execute(ctx, *command, &state.Result)
	}
	return infer.UpdateResponse[CommandState]{Output: state}, err
}

// Delete runs the command "delete", when there is one.
func (*Command) Delete(ctx context.Context, request infer.DeleteRequest[CommandState]) (infer.DeleteResponse, error) {
	if request.State.Delete == nil {
		return infer.DeleteResponse{}, nil
	}
	return infer.DeleteResponse{}, request.State.execute(ctx, *request.State.Delete, &request.State.Result)
}
