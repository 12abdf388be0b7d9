package local

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// Run is a function that runs a command whenever the program does, previews included.
type Run struct{}

// Annotate describes the function in the schema.
func (r *Run) Annotate(annotator infer.Annotator) {
	annotator.Describe(&r, "Runs a command on the machine of the engine, always, also in previews.")
}

// RunInputs are the arguments of Run.
type RunInputs struct {
	Execution
	Command string `pulumi:"command"`
}

// Annotate describes the arguments in the schema.
func (r *RunInputs) Annotate(annotator infer.Annotator) {
	annotator.Describe(&r.Command, "The command to run.")
}

// RunResult is the answer of Run.
type RunResult struct {
	RunInputs
	Result
}

// Invoke runs the command.
func (*Run) Invoke(
	ctx context.Context, request infer.FunctionRequest[RunInputs],
) (infer.FunctionResponse[RunResult], error) {
	answer := RunResult{RunInputs: request.Input}
	err := answer.execute(ctx, request.Input.Command, &answer.Result)
	return infer.FunctionResponse[RunResult]{Output: answer}, err
}
