package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/logging"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// GetRequiredPackages lists the plugins that the installed npm packages name, so that the engine can install
// them before the program runs. What cannot be read is logged and skipped: a plugin that is missing here is
// loaded when the program asks for it.
func (h *host) GetRequiredPackages(
	_ context.Context, request *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	search := packageSearch{visited: map[string]bool{}}
	search.folder(request.GetInfo().GetProgramDirectory())
	for _, problem := range search.problems {
		logging.V(3).Infof("look for plugins: %v", problem)
	}
	if warning := search.incompatibleSDKs(); warning != "" {
		fmt.Fprintln(os.Stderr, warning)
	}
	return &pulumirpc.GetRequiredPackagesResponse{Packages: search.found}, nil
}

// packageSearch walks through a program's folder, its node_modules folders and the packages in them.
type packageSearch struct {
	visited  map[string]bool
	found    []*pulumirpc.PackageDependency
	sdks     []installedSDK
	problems []error
}

// installedSDK is one copy of @pulumi/pulumi.
type installedSDK struct {
	path    string
	version semver.Version
}

// packageManifest is the part of a package.json that matters here.
type packageManifest struct {
	Name    string                  `json:"name"`
	Version string                  `json:"version"`
	Pulumi  plugin.PulumiPluginJSON `json:"pulumi"`
}

// folder looks into a folder of the program, at any depth, for node_modules folders.
func (s *packageSearch) folder(path string) {
	for _, child := range s.children(path) {
		switch {
		case filepath.Base(child) == "node_modules":
			s.nodeModules(child)
		// Folders with a dot are tools' own (.git), and policy packs bring their own plugins.
		case !strings.HasPrefix(filepath.Base(child), ".") && !isPolicyPack(child):
			s.folder(child)
		}
	}
}

// nodeModules looks at every package of a node_modules folder, or of a scope's folder in it.
func (s *packageSearch) nodeModules(path string) {
	for _, child := range s.children(path) {
		switch name := filepath.Base(child); {
		case name == ".pnpm": // pnpm keeps every package here, below a folder of its own
			s.folder(child)
		case strings.HasPrefix(name, "."):
		case strings.HasPrefix(name, "@") && filepath.Base(path) == "node_modules":
			s.nodeModules(child)
		case !isPolicyPack(child):
			s.installed(child)
		}
	}
}

// installed looks at one package and at the packages that it keeps for itself.
func (s *packageSearch) installed(path string) {
	if real, err := filepath.EvalSymlinks(path); err != nil || s.visited[real] {
		return
	} else {
		s.visited[real] = true
	}
	s.manifest(filepath.Join(path, "package.json"))
	if own := filepath.Join(path, "node_modules"); isFolder(own) {
		s.nodeModules(own)
	}
}

// children lists the folders in a folder by the paths they are known by, and visits every real folder once.
func (s *packageSearch) children(path string) []string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		s.problems = append(s.problems, err)
		return nil
	}
	if s.visited[real] {
		return nil
	}
	s.visited[real] = true
	entries, err := os.ReadDir(real)
	if err != nil {
		s.problems = append(s.problems, err)
		return nil
	}
	var folders []string
	for _, entry := range entries {
		child := filepath.Join(path, entry.Name())
		if entry.IsDir() || entry.Type()&os.ModeSymlink != 0 && isFolder(child) {
			folders = append(folders, child)
		}
	}
	return folders
}

// manifest reads a package.json and keeps the plugin that it names.
func (s *packageSearch) manifest(path string) {
	content, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return
	}
	var read packageManifest
	if err == nil {
		err = json.Unmarshal(content, &read)
	}
	if err != nil {
		s.problems = append(s.problems, fmt.Errorf("%s: %w", path, err))
		return
	}

	if read.Name == "@pulumi/pulumi" {
		version, err := semver.Parse(read.Version)
		if err != nil {
			s.problems = append(s.problems, fmt.Errorf("%s: %w", path, err))
			return
		}
		s.sdks = append(s.sdks, installedSDK{path: path, version: version})
	}
	if !read.Pulumi.Resource {
		return
	}
	dependency, err := read.dependency()
	if err != nil {
		s.problems = append(s.problems, fmt.Errorf("%s: %w", path, err))
		return
	}
	s.found = append(s.found, dependency)
}

// dependency translates the section "pulumi". Only packages in the scope @pulumi may leave out the plugin's name.
func (m packageManifest) dependency() (*pulumirpc.PackageDependency, error) {
	name, scoped := m.Pulumi.Name, false
	if name == "" {
		if name, scoped = strings.CutPrefix(m.Name, "@pulumi/"); !scoped {
			return nil, fmt.Errorf("pulumi.name: missing, got package %q; only packages of @pulumi may omit it", m.Name)
		}
	}
	version := m.Pulumi.Version
	if version == "" {
		version = m.Version
	}
	if version == "" {
		return nil, fmt.Errorf("version: missing")
	}
	return &pulumirpc.PackageDependency{
		Name:             name,
		Kind:             "resource",
		Version:          "v" + strings.TrimPrefix(version, "v"),
		Server:           m.Pulumi.Server,
		Parameterization: parameterization(m.Pulumi.Parameterization),
		Extension:        parameterization(m.Pulumi.ExtensionParameterization),
	}, nil
}

func parameterization(given *plugin.PulumiParameterizationJSON) *pulumirpc.PackageParameterization {
	if given == nil {
		return nil
	}
	return &pulumirpc.PackageParameterization{Name: given.Name, Version: given.Version, Value: given.Value}
}

// incompatibleSDKs warns of copies of @pulumi/pulumi that cannot work in one program, and is empty otherwise.
func (s *packageSearch) incompatibleSDKs() string {
	for _, sdk := range s.sdks {
		if first := s.sdks[0]; sdk.version.Major != first.version.Major {
			return fmt.Sprintf("@pulumi/pulumi: major versions differ, got %s at %s and %s at %s; install one of them",
				first.version, first.path, sdk.version, sdk.path)
		}
	}
	return ""
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// isPolicyPack tells whether a folder holds a policy pack.
func isPolicyPack(path string) bool {
	found, err := workspace.DetectPolicyPackPathAt(path)
	return err == nil && found != ""
}
