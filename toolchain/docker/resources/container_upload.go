package resources

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"towpath.dev/toolchain/docker/engine"
)

// Modes of uploaded files that name none.
const (
	plainMode      = 0o644
	executableMode = 0o744
)

// upload writes the files of `uploads` into a container that has not started yet.
func upload(ctx context.Context, docker *client.Client, id string, value any) error {
	for _, part := range bags(value) {
		file := part.text("file")
		content, err := uploadContent(part)
		if err != nil {
			return fmt.Errorf("uploads: %s: %w", file, err)
		}
		mode := int64(plainMode)
		if part.flag("executable") {
			mode = executableMode
		}
		if permissions := part.text("permissions"); permissions != "" {
			mode, _ = strconv.ParseInt(permissions, 8, 32) // the schema has checked it
		}
		archive, err := oneFile(file, mode, content)
		if err != nil {
			return fmt.Errorf("uploads: %s: %w", file, err)
		}
		ctx, cancel := engine.Change(ctx, 0)
		err = docker.CopyToContainer(ctx, id, "/", archive, container.CopyToContainerOptions{})
		cancel()
		if err != nil {
			return fmt.Errorf("uploads: %s: %w", file, err)
		}
	}
	return nil
}

func uploadContent(part bag) ([]byte, error) {
	plain, encoded, source := part.text("content"), part.text("content_base64"), part.text("source")
	given := 0
	for _, one := range []string{plain, encoded, source} {
		if one != "" {
			given++
		}
	}
	if given != 1 {
		return nil, fmt.Errorf("one of content, contentBase64 and source has to be given, got %d of them", given)
	}
	switch {
	case source != "":
		return os.ReadFile(source)
	case encoded != "":
		return base64.StdEncoding.DecodeString(encoded)
	}
	return []byte(plain), nil
}

func oneFile(name string, mode int64, content []byte) (*bytes.Buffer, error) {
	buffer := &bytes.Buffer{}
	archive := tar.NewWriter(buffer)
	header := &tar.Header{Name: name, Mode: mode, Size: int64(len(content)), ModTime: time.Now()}
	if err := archive.WriteHeader(header); err != nil {
		return nil, err
	}
	if _, err := archive.Write(content); err != nil {
		return nil, err
	}
	return buffer, archive.Close()
}
