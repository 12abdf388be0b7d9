// Package image builds images from a Dockerfile and pushes them. It is the one resource of the official plugin
// that is not bridged from Terraform, and its state has a form of its own: outputs, and the inputs under
// `__inputs`.
package image

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"towpath.dev/toolchain/docker/engine"
)

// inputsKey is where the state keeps the inputs.
const inputsKey = "__inputs"

// Log shows lines to the person who waits: kept ones, and ones that the next replaces.
type Log interface {
	Log(ctx context.Context, severity diag.Severity, urn resource.URN, message string) error
	LogStatus(ctx context.Context, severity diag.Severity, urn resource.URN, message string) error
}

// Resource implements Image.
type Resource struct {
	pulumirpc.UnimplementedResourceProviderServer

	log        Log
	connection *engine.Connection
}

// New returns the resource; it needs Use before it can build.
func New(log Log) *Resource { return &Resource{log: log} }

// Use says which engine builds.
func (r *Resource) Use(connection *engine.Connection) { r.connection = connection }

func decode(properties *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(properties, plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, SkipNulls: true,
	})
}

func encode(properties resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(properties, plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, SkipNulls: true,
	})
}

// Check fills in defaults and the digest of the context, which makes a changed context an update.
func (r *Resource) Check(ctx context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn := resource.URN(request.GetUrn())
	inputs, err := decode(request.GetNews())
	if err != nil {
		return nil, err
	}
	found, err := understand(inputs)
	if err != nil {
		return nil, err
	}
	if inputs["buildOnPreview"].IsNull() {
		inputs["buildOnPreview"] = resource.NewProperty(false)
	}
	if err := r.completeBuild(ctx, urn, inputs, found.build); err != nil {
		return nil, err
	}
	pushed := !found.skipPush && !reader(inputs).isUnknown("skipPush")
	if found.name != "" && (pushed || len(found.build.cacheFrom) > 0) {
		if _, err := serverOf(found.name, found.registry.server); err != nil {
			return nil, err
		}
	}
	encoded, err := encode(inputs)
	return &pulumirpc.CheckResponse{Inputs: encoded}, err
}

// completeBuild writes the defaults of `build` into the inputs.
func (r *Resource) completeBuild(ctx context.Context, urn resource.URN, inputs resource.PropertyMap, found recipe) error {
	if inputs["build"].IsNull() {
		inputs["build"] = resource.NewProperty(resource.PropertyMap{})
	}
	build := inputs["build"]
	for build.IsSecret() {
		build = build.SecretValue().Element
	}
	if !build.IsObject() {
		return nil // not known before another resource has been made
	}
	given := build.ObjectValue()
	if given["platform"].IsNull() {
		given["platform"] = resource.NewProperty(ownPlatform())
		message := fmt.Sprintf("building for %s; set build.platform for another one", ownPlatform())
		if err := r.log.Log(ctx, diag.Info, urn, message); err != nil {
			return err
		}
	}
	if found.context != "" {
		given["context"] = resource.NewProperty(found.context)
	}
	if found.dockerfile == "" {
		return nil
	}
	given["dockerfile"] = resource.NewProperty(found.dockerfile)
	if err := checkDockerfile(found); err != nil {
		return err
	}
	digest, err := digestContext(found.context, found.dockerfile)
	if err != nil {
		return err
	}
	given["contextDigest"] = resource.NewProperty(digest)
	return nil
}

// checkDockerfile finds out about a Dockerfile that is given relative to the context instead of to the project.
func checkDockerfile(found recipe) error {
	_, err := os.Stat(found.dockerfile)
	if err == nil {
		return nil
	}
	inContext := filepath.Join(found.context, found.dockerfile)
	if _, insideErr := os.Stat(inContext); insideErr == nil && !filepath.IsAbs(found.dockerfile) {
		return fmt.Errorf("build.dockerfile: no such file, got %q; set it to %q", found.dockerfile, inContext)
	}
	return fmt.Errorf("build.dockerfile: cannot be read, got %q: %w", found.dockerfile, err)
}

// Diff compares the inputs with those of the state. Nothing replaces an image: it is built again.
func (r *Resource) Diff(_ context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	state, err := plainly(request.GetOlds())
	if err != nil {
		return nil, err
	}
	inputs, err := plainly(request.GetNews())
	if err != nil {
		return nil, err
	}
	changes := compare(previousInputs(state), inputs)
	if len(changes) == 0 {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	return &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_SOME, DetailedDiff: changes, HasDetailedDiff: true,
	}, nil
}

// Create builds, in a preview only when the program asks for it.
func (r *Resource) Create(ctx context.Context, request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	id, properties, err := r.make(ctx, resource.URN(request.GetUrn()), request.GetProperties(), request.GetPreview())
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CreateResponse{Id: id, Properties: properties}, nil
}

// Update builds again.
func (r *Resource) Update(ctx context.Context, request *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	_, properties, err := r.make(ctx, resource.URN(request.GetUrn()), request.GetNews(), request.GetPreview())
	if err != nil {
		return nil, err
	}
	return &pulumirpc.UpdateResponse{Properties: properties}, nil
}

// Read returns the state as it is: an image that was built is not looked for again.
func (r *Resource) Read(_ context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	return &pulumirpc.ReadResponse{
		Id: request.GetId(), Inputs: request.GetInputs(), Properties: request.GetProperties(),
	}, nil
}

// Delete leaves the image where it is, on the engine and in the registry.
func (r *Resource) Delete(context.Context, *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// make returns the id and the new state.
func (r *Resource) make(ctx context.Context, urn resource.URN, properties *structpb.Struct, preview bool) (
	string, *structpb.Struct, error,
) {
	inputs, err := plainly(properties)
	if err != nil {
		return "", nil, err
	}
	if preview && !r.buildsInPreview(ctx, urn, inputs) {
		return "", properties, nil
	}
	found, err := understand(inputs)
	if err != nil {
		return "", nil, err
	}
	docker, err := r.connection.Client(ctx)
	if err != nil {
		return "", nil, err
	}
	logged := func(write func(context.Context, diag.Severity, resource.URN, string) error, severity diag.Severity) func(string) {
		return func(line string) { _ = write(ctx, severity, urn, line) }
	}
	work := job{
		docker: docker, wanted: found,
		show: logged(r.log.LogStatus, diag.Info),
		tell: logged(r.log.Log, diag.Info),
		warn: logged(r.log.Log, diag.Warning),
	}
	made, err := work.run(ctx, !preview)
	if err != nil {
		return "", nil, err
	}
	state := resource.NewPropertyMapFromMap(map[string]any{
		"dockerfile":     made.dockerfile,
		"context":        found.build.context,
		"baseImageName":  found.name,
		"registryServer": found.registry.server,
		"imageName":      found.name,
		"platform":       found.build.platform,
		"repoDigest":     made.digest,
	})
	state[inputsKey] = resource.MakeSecret(resource.NewProperty(inputs))
	encoded, err := encode(state)
	return found.name, encoded, err
}

// buildsInPreview tells whether a preview has to build, and can.
func (r *Resource) buildsInPreview(ctx context.Context, urn resource.URN, inputs resource.PropertyMap) bool {
	given := reader(inputs)
	build := given.part("build")
	if !given.flag("buildOnPreview") && !given.isUnknown("buildOnPreview") {
		return false
	}
	for name, unknown := range map[string]bool{
		"buildOnPreview": given.isUnknown("buildOnPreview"), "imageName": given.isUnknown("imageName"),
		"build.context": build.isUnknown("context"), "build.dockerfile": build.isUnknown("dockerfile"),
		"build.args": build.isUnknown("args"),
	} {
		if unknown {
			_ = r.log.Log(ctx, diag.Warning, urn, name+": not known in this preview, so it does not build the image")
			return false
		}
	}
	return true
}
