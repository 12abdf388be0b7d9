// Package local runs commands on the machine of the engine.
package local

import (
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
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

// Execution says how a command is run, and which of the files it leaves are returned.
type Execution struct {
	Stdin                  *string           `pulumi:"stdin,optional"`
	Logging                *Logging          `pulumi:"logging,optional"`
	Interpreter            []string          `pulumi:"interpreter,optional"`
	Dir                    *string           `pulumi:"dir,optional"`
	Environment            map[string]string `pulumi:"environment,optional"`
	AssetPaths             []string          `pulumi:"assetPaths,optional"`
	ArchivePaths           []string          `pulumi:"archivePaths,optional"`
	AddPreviousOutputInEnv *bool             `pulumi:"addPreviousOutputInEnv,optional"`
}

// Annotate describes the inputs in the schema.
func (e *Execution) Annotate(annotator infer.Annotator) {
	annotator.Describe(&e.Stdin, "The text on the command's standard input.")
	annotator.Describe(&e.Logging, "The streams that are shown while the command runs; both by default. "+
		"The outputs hold them in any case.")
	annotator.Describe(&e.Interpreter, "The program that gets the command as its last argument; /bin/sh -c by default.")
	annotator.Describe(&e.Dir, "The working directory, which must exist; that of the program by default.")
	annotator.Describe(&e.Environment, "Variables in addition to those of the engine.")
	annotator.Describe(&e.AssetPaths, "Globs, relative to the directory, of files to return as assets. "+
		"\"*\" stops at a slash, \"**\" does not, \"!\" in front removes what earlier ones found.")
	annotator.Describe(&e.ArchivePaths, "Globs, as for assetPaths, of files to return as one archive.")
	annotator.Describe(&e.AddPreviousOutputInEnv, "Whether PULUMI_COMMAND_STDOUT and PULUMI_COMMAND_STDERR hold what "+
		"the previous create or update printed; true by default.")
}

// Result is what a command leaves.
type Result struct {
	Stdout  string                           `pulumi:"stdout"`
	Stderr  string                           `pulumi:"stderr"`
	Assets  map[string]*types.AssetOrArchive `pulumi:"assets,optional"`
	Archive *resource.Archive                `pulumi:"archive,optional"`
}

// Annotate describes the outputs in the schema.
func (r *Result) Annotate(annotator infer.Annotator) {
	annotator.Describe(&r.Stdout, "What the command wrote to its standard output, without the last line break.")
	annotator.Describe(&r.Stderr, "What the command wrote to its standard error, without the last line break.")
	annotator.Describe(&r.Assets, "The files that assetPaths found, by their path below the directory.")
	annotator.Describe(&r.Archive, "The files that archivePaths found.")
}
