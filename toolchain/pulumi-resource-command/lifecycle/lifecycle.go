// Package lifecycle holds the inputs that tie commands to the steps of a resource's life.
package lifecycle

import "github.com/pulumi/pulumi-go-provider/infer"

// Inputs are the commands of a resource and what else replaces it.
type Inputs struct {
	Triggers []any   `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	Create   *string `pulumi:"create,optional"`
	Update   *string `pulumi:"update,optional"`
	Delete   *string `pulumi:"delete,optional"`
}

// Annotate describes the inputs in the schema.
func (i *Inputs) Annotate(annotator infer.Annotator) {
	annotator.Describe(&i.Triggers, "Values of any type; the resource is replaced when one of them changes.")
	annotator.Describe(&i.Create, "The command that runs when the resource is created.")
	annotator.Describe(&i.Update, "The command that runs when another input than triggers changes; create by default.")
	annotator.Describe(&i.Delete, "The command that runs when the resource is deleted; it finds the outputs in "+
		"PULUMI_COMMAND_STDOUT and PULUMI_COMMAND_STDERR.")
}

// UpdateCommand is the command of an update, nil when there is nothing to run.
func (i Inputs) UpdateCommand() *string {
	if i.Update != nil {
		return i.Update
	}
	return i.Create
}
