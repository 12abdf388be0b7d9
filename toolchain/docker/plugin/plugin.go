// Package plugin is the server that Pulumi's engine talks to. It hands each resource to the bridge, or to the
// native Image, and refuses what neither implements.
package plugin

import (
	"context"
	"fmt"
	"sync"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"

	"towpath.dev/toolchain/docker/image"
	"towpath.dev/toolchain/docker/resources"
)

var imageType = string(resourceType("Image"))

// server implements the protocol for both kinds of resources.
type server struct {
	pulumirpc.UnimplementedResourceProviderServer

	version string
	bridged pulumirpc.ResourceProviderServer
	images  *image.Resource

	mutex sync.Mutex
	meta  *resources.Meta

	stopping context.Context
	stop     context.CancelFunc
}

// Serve runs the plugin until the engine ends it.
func Serve(version string) error {
	return provider.Main("docker", func(host *provider.HostClient) (pulumirpc.ResourceProviderServer, error) {
		return newServer(host, version), nil
	})
}

func newServer(host *provider.HostClient, version string) *server {
	s := &server{version: version}
	s.stopping, s.stop = context.WithCancel(context.Background())
	described := describe(func(meta *resources.Meta) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.meta = meta
	})
	s.bridged = tfbridge.NewProvider(context.Background(), host, "docker", version, described.P, described, nil)
	s.images = image.New(host)
	return s
}

// until ends a call when the engine cancels the deployment.
func (s *server) until(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	release := context.AfterFunc(s.stopping, cancel)
	return ctx, func() { release(); cancel() }
}

// GetPluginInfo reports the version.
func (s *server) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: s.version}, nil
}

// GetSchema reports that there is none: the SDKs are those of the official plugin.
func (s *server) GetSchema(_ context.Context, request *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	if version := request.GetVersion(); version != 0 {
		return nil, fmt.Errorf("schema version: has to be 0, got %d", version)
	}
	return &pulumirpc.GetSchemaResponse{Schema: fmt.Sprintf(`{"name":"docker","version":%q}`, s.version)}, nil
}

// Attach connects a plugin that runs under a debugger.
func (s *server) Attach(ctx context.Context, request *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	host, err := provider.NewHostClient(request.GetAddress())
	if err != nil {
		return nil, err
	}
	s.images = image.New(host)
	return s.bridged.Attach(ctx, request)
}

// CheckConfig fills in defaults.
func (s *server) CheckConfig(ctx context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return s.bridged.CheckConfig(ctx, request)
}

// DiffConfig compares configurations.
func (s *server) DiffConfig(ctx context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return s.bridged.DiffConfig(ctx, request)
}

// Configure fails at once when the engine does not answer. Over SSH the first contact waits until it is
// needed, because every connection costs one of the few that sshd lets begin at the same time.
func (s *server) Configure(ctx context.Context, request *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	response, err := s.bridged.Configure(ctx, request)
	if err != nil {
		return nil, err
	}
	meta, err := s.configured()
	if err != nil {
		return nil, err
	}
	s.images.Use(meta.Connection)
	if !meta.Connection.Settings().OverSSH() {
		if _, err := meta.Connection.Client(ctx); err != nil {
			return nil, err
		}
	}
	response.SupportsPreview = true
	return response, nil
}

func (s *server) configured() (*resources.Meta, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.meta == nil {
		return nil, fmt.Errorf("docker: the provider is not configured")
	}
	return s.meta, nil
}

// Cancel ends all running calls.
func (s *server) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	s.stop()
	return &emptypb.Empty{}, nil
}

// Invoke looks something up.
func (s *server) Invoke(ctx context.Context, request *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	if err := refuseFunction(request.GetTok()); err != nil {
		return nil, err
	}
	ctx, cancel := s.until(ctx)
	defer cancel()
	return s.bridged.Invoke(ctx, request)
}

// Check fills in defaults and names, and refuses fields that are not implemented.
func (s *server) Check(ctx context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn := resource.URN(request.GetUrn())
	handler, err := s.handler(urn)
	if err != nil {
		return nil, err
	}
	if err := refuseFields(urn, request.GetNews()); err != nil {
		return nil, err
	}
	ctx, cancel := s.until(ctx)
	defer cancel()
	return handler.Check(ctx, request)
}

// Diff says what an update would change or replace.
func (s *server) Diff(ctx context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	handler, err := s.handler(resource.URN(request.GetUrn()))
	if err != nil {
		return nil, err
	}
	ctx, cancel := s.until(ctx)
	defer cancel()
	return handler.Diff(ctx, request)
}

// Create makes a resource.
func (s *server) Create(ctx context.Context, request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	handler, err := s.handler(resource.URN(request.GetUrn()))
	if err != nil {
		return nil, err
	}
	ctx, cancel := s.until(ctx)
	defer cancel()
	return handler.Create(ctx, request)
}

// Read finds out what has become of a resource, or imports one.
func (s *server) Read(ctx context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	handler, err := s.handler(resource.URN(request.GetUrn()))
	if err != nil {
		return nil, err
	}
	ctx, cancel := s.until(ctx)
	defer cancel()
	return handler.Read(ctx, request)
}

// Update changes a resource in place.
func (s *server) Update(ctx context.Context, request *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	handler, err := s.handler(resource.URN(request.GetUrn()))
	if err != nil {
		return nil, err
	}
	ctx, cancel := s.until(ctx)
	defer cancel()
	return handler.Update(ctx, request)
}

// Delete removes a resource.
func (s *server) Delete(ctx context.Context, request *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	handler, err := s.handler(resource.URN(request.GetUrn()))
	if err != nil {
		return nil, err
	}
	ctx, cancel := s.until(ctx)
	defer cancel()
	return handler.Delete(ctx, request)
}

// handler returns what implements the resource.
func (s *server) handler(urn resource.URN) (pulumirpc.ResourceProviderServer, error) {
	if err := refuseType(urn); err != nil {
		return nil, err
	}
	if urn.Type().String() == imageType {
		return s.images, nil
	}
	return s.bridged, nil
}
