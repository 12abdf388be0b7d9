package remote

import (
	"context"
	"errors"
	"fmt"
	"path"

	"github.com/pkg/sftp"
	provider "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// CopyToRemote is a file or folder that is copied to a host. Nothing is removed there when it is deleted.
type CopyToRemote struct{}

// Annotate describes the resource in the schema.
func (c *CopyToRemote) Annotate(annotator infer.Annotator) {
	annotator.Describe(&c, "A file or folder that is copied over SSH, and left there on deletion.")
}

// CopyInputs are the inputs of a CopyToRemote.
type CopyInputs struct {
	Connection *Connection          `pulumi:"connection" provider:"secret"`
	Triggers   []any                `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	Source     types.AssetOrArchive `pulumi:"source"`
	RemotePath string               `pulumi:"remotePath"`
}

// Annotate describes the inputs in the schema.
func (i *CopyInputs) Annotate(annotator infer.Annotator) {
	annotator.Describe(&i.Connection, "How to reach the host.")
	annotator.Describe(&i.Triggers, "Values of any type; the copy is made anew when one of them changes.")
	annotator.Describe(&i.Source, "A FileAsset, StringAsset or FileArchive; archives are not unpacked. A folder is "+
		"copied with its name, or only its content when the path ends with a slash.")
	annotator.Describe(&i.RemotePath, "Where to copy it. Missing folders are made; into an existing folder a file is "+
		"copied under its own name; an existing file is overwritten.")
}

// CopyState is what the stack's state holds of a CopyToRemote.
type CopyState struct {
	CopyInputs
}

// Check refuses sources that are no files.
func (*CopyToRemote) Check(ctx context.Context, request infer.CheckRequest) (infer.CheckResponse[CopyInputs], error) {
	inputs, failures, err := infer.DefaultCheck[CopyInputs](ctx, request.NewInputs)
	if err != nil || len(failures) > 0 {
		return infer.CheckResponse[CopyInputs]{Inputs: inputs, Failures: failures}, err
	}
	asset, archive := inputs.Source.Asset, inputs.Source.Archive
	switch {
	case asset != nil && (asset.IsPath() || asset.IsText()):
	case archive != nil && archive.IsPath():
	default:
		failures = append(failures, provider.CheckFailure{
			Property: "source",
			Reason:   "must be a FileAsset, a StringAsset or a FileArchive of a local path",
		})
	}
	return infer.CheckResponse[CopyInputs]{Inputs: inputs, Failures: failures}, nil
}

// Create copies the source.
func (*CopyToRemote) Create(
	ctx context.Context, request infer.CreateRequest[CopyInputs],
) (infer.CreateResponse[CopyState], error) {
	response := infer.CreateResponse[CopyState]{Output: CopyState{request.Inputs}}
	if request.DryRun {
		return response, nil
	}
	if err := request.Inputs.copy(ctx); err != nil {
		return response, err
	}
	id, err := resource.NewUniqueHex("", 8, 0)
	response.ID = id
	return response, err
}

// Update copies the source when its content or its destination has changed; a new connection alone does nothing.
func (*CopyToRemote) Update(
	ctx context.Context, request infer.UpdateRequest[CopyInputs, CopyState],
) (infer.UpdateResponse[CopyState], error) {
	response := infer.UpdateResponse[CopyState]{Output: CopyState{request.Inputs}}
	changed := request.Inputs.hash() != request.State.hash() || request.Inputs.RemotePath != request.State.RemotePath
	if request.DryRun || !changed {
		return response, nil
	}
	return response, request.Inputs.copy(ctx)
}

func (i *CopyInputs) hash() string {
	if i.Source.Archive != nil {
		return i.Source.Archive.Hash
	}
	return i.Source.Asset.Hash
}

// copy connects and writes.
func (i *CopyInputs) copy(ctx context.Context) error {
	client, err := i.Connection.dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	defer context.AfterFunc(ctx, func() { _ = client.Close() })()
	// Every file is written once, in one go, which is what concurrent writes need to be safe.
	session, err := sftp.NewClient(client, sftp.UseConcurrentWrites(true))
	if err != nil {
		return fmt.Errorf("start sftp: %w", err)
	}
	defer session.Close()

	target := target{session}
	switch source := i.Source; {
	case source.Asset != nil && source.Asset.IsText():
		return target.writeText(source.Asset.Text, i.RemotePath)
	case source.Asset != nil:
		return target.copy(source.Asset.Path, i.RemotePath)
	default:
		return target.copy(source.Archive.Path, i.RemotePath)
	}
}

// writeText writes a text to a path, which must not be a folder as the text has no name of its own.
func (t target) writeText(text, destination string) error {
	kind, err := t.kind(destination)
	if err != nil {
		return err
	}
	if kind == folder {
		return fmt.Errorf("remotePath: is a folder, got %q; name the file for a StringAsset", destination)
	}
	if err := t.makeFolder(path.Dir(destination)); err != nil {
		return err
	}
	file, err := t.session.Create(destination)
	if err != nil {
		return fmt.Errorf("remotePath: cannot create %q: %w", destination, err)
	}
	_, err = file.Write([]byte(text))
	return errors.Join(err, file.Close())
}
