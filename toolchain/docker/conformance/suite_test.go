// Package conformance checks that a plugin behaves as the official docker plugin does, by driving it through
// Pulumi's engine against a real Docker engine:
//
//	go test ./docker/conformance -plugin /path/to/pulumi-resource-docker [-subset] [-other /path/to/another]
package conformance

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
)

var (
	pluginPath = flag.String("plugin", "", "path of the plugin under test")
	otherPath  = flag.String("other", "", "path of a plugin that takes over the stacks of the first")
	cliPath    = flag.String("cli", "", "path of the pulumi CLI; the newest below ~/.pulumi/versions by default")
	isSubset   = flag.Bool("subset", false, "the plugin under test is the subset of this repository")
)

// surroundings are what all tests share.
var surroundings struct {
	prefix    string // of everything that the suite makes
	base      string // an image with the tool in it
	archive   []byte // its content
	subnet    string // the first three numbers of the addresses of a network
	docker    *client.Client
	command   auto.PulumiCommand
	home      string // PULUMI_HOME with the plugin under test
	otherHome string // PULUMI_HOME with the other plugin
}

func TestMain(m *testing.M) {
	flag.Parse()
	if *pluginPath == "" {
		fmt.Println("conformance: skipped, -plugin is not given")
		return
	}
	folder, err := os.MkdirTemp("", "conformance-")
	if err != nil {
		panic(err)
	}
	code := 1
	if err := prepare(folder); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
	} else {
		code = m.Run()
	}
	if err := sweep(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "conformance: left behind:", err)
		code = 1
	}
	os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	os.Exit(code)
}

func prepare(folder string) (err error) {
	random := make([]byte, 3)
	if _, err := rand.Read(random); err != nil {
		return err
	}
	s := &surroundings
	s.prefix = "conformance-" + hex.EncodeToString(random)
	s.subnet = fmt.Sprintf("10.%d.%d", random[0], random[1])
	if s.docker, err = client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation()); err != nil {
		return err
	}
	if s.command, err = findCommand(); err != nil {
		return err
	}
	if s.home, err = install(filepath.Join(folder, "home"), *pluginPath); err != nil {
		return err
	}
	if *otherPath != "" {
		if s.otherHome, err = install(filepath.Join(folder, "other-home"), *otherPath); err != nil {
			return err
		}
	}
	s.base = s.prefix + "-base:1"
	if s.archive, err = packTool(folder); err != nil {
		return err
	}
	return importImage(s.base)
}

// install makes a PULUMI_HOME with one plugin in it.
func install(home, plugin string) (string, error) {
	plugin, err := filepath.Abs(plugin)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(plugin); err != nil {
		return "", err
	}
	folder := filepath.Join(home, "plugins", "resource-docker-v5.2.0")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	return home, os.Symlink(plugin, filepath.Join(folder, "pulumi-resource-docker"))
}

// packTool returns a file system with the tool alone.
func packTool(folder string) ([]byte, error) {
	binary := filepath.Join(folder, "tool")
	build := exec.Command("go", "build", "-ldflags", "-s -w", "-o", binary, "./tool")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("tool: %w: %s", err, output)
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	archived := &bytes.Buffer{}
	writer := tar.NewWriter(archived)
	for _, header := range []*tar.Header{
		{Name: "data/", Mode: 0o755, Typeflag: tar.TypeDir},
		{Name: "tool", Mode: 0o755, Size: int64(len(content))},
	} {
		if err := writer.WriteHeader(header); err != nil {
			return nil, err
		}
	}
	if _, err := writer.Write(content); err != nil {
		return nil, err
	}
	err = writer.Close()
	return archived.Bytes(), err
}

// importImage makes an image out of the tool, another one each time.
func importImage(name string) error {
	stream, err := surroundings.docker.ImageImport(context.Background(),
		image.ImportSource{Source: bytes.NewReader(surroundings.archive), SourceName: "-"}, name,
		image.ImportOptions{Changes: []string{`CMD ["/tool","serve"]`, "LABEL made-by=" + surroundings.prefix + " name=" + name}})
	if err != nil {
		return err
	}
	defer stream.Close() //nolint:errcheck // read only
	_, err = io.Copy(io.Discard, stream)
	return err
}

// sweep removes what the suite made, by its prefix, and reports what should have been gone already.
func sweep(ctx context.Context) error {
	docker, prefix := surroundings.docker, surroundings.prefix
	if docker == nil {
		return nil
	}
	var left []string
	named := filters.NewArgs(filters.Arg("name", prefix))
	containers, _ := docker.ContainerList(ctx, container.ListOptions{All: true, Filters: named})
	for _, one := range containers {
		left = append(left, "container "+strings.Join(one.Names, ","))
		_ = docker.ContainerRemove(ctx, one.ID, container.RemoveOptions{Force: true, RemoveVolumes: true})
	}
	networks, _ := docker.NetworkList(ctx, network.ListOptions{Filters: named})
	for _, one := range networks {
		left = append(left, "network "+one.Name)
		_ = docker.NetworkRemove(ctx, one.ID)
	}
	volumes, _ := docker.VolumeList(ctx, volume.ListOptions{Filters: named})
	for _, one := range volumes.Volumes {
		left = append(left, "volume "+one.Name)
		_ = docker.VolumeRemove(ctx, one.Name, true)
	}
	// Images are meant to stay when their resource is deleted, so they are no finding.
	images, _ := docker.ImageList(ctx, image.ListOptions{})
	for _, one := range images {
		for _, name := range append(one.RepoTags, one.RepoDigests...) {
			if strings.Contains(name, prefix) {
				_, _ = docker.ImageRemove(ctx, name, image.RemoveOptions{Force: true})
			}
		}
	}
	// The official plugin also leaves the containers of the classic builder's steps.
	made := filters.Arg("label", "made-by="+prefix)
	steps, _ := docker.ContainerList(ctx, container.ListOptions{All: true, Filters: filters.NewArgs(made)})
	for _, one := range steps {
		if *isSubset {
			left = append(left, "container of a build step "+one.ID)
		}
		_ = docker.ContainerRemove(ctx, one.ID, container.RemoveOptions{Force: true})
	}
	dangling := filters.NewArgs(made, filters.Arg("dangling", "true"))
	_, _ = docker.ImagesPrune(ctx, dangling)
	if left == nil {
		return nil
	}
	return fmt.Errorf("%s", strings.Join(left, "; "))
}
