package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/command/image/build"
	"github.com/moby/go-archive"
	"github.com/moby/patternmatcher/ignorefile"
	"github.com/tonistiigi/fsutil"
)

// ignored returns the patterns of files that do not belong to the context: those of
// `<Dockerfile>.dockerignore`, or else those of the context's .dockerignore.
func ignored(folder, dockerfile string) ([]string, error) {
	for _, name := range []string{dockerfile + ".dockerignore", filepath.Join(folder, ".dockerignore")} {
		file, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		defer file.Close() //nolint:errcheck // read only
		patterns, err := ignorefile.ReadAll(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return patterns, nil
	}
	return nil, nil
}

// digestContext returns a digest of the Dockerfile and of everything in the context that is not ignored: names,
// modes and contents. It is stored in the state and decides whether to build again, so it has to be the same
// as the official plugin's.
func digestContext(folder, dockerfile string) (string, error) {
	patterns, err := ignored(folder, dockerfile)
	if err != nil {
		return "", err
	}
	total := sha256.New()
	// The builder sees the Dockerfile under one name, whatever it is called.
	if err := addFile(total, dockerfile, defaultDockerfile, 0); err != nil {
		return "", fmt.Errorf("build.dockerfile: %w", err)
	}
	visit := func(name string, info fs.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		return addFile(total, filepath.Join(folder, name), name, info.Mode())
	}
	err = fsutil.Walk(context.Background(), folder, &fsutil.FilterOpt{ExcludePatterns: patterns}, visit)
	if err != nil {
		return "", fmt.Errorf("build.context: %w", err)
	}
	return hex.EncodeToString(total.Sum(nil)), nil
}

// addFile adds one file: its name, its mode, the digest of its content or of a link's target, and a separator.
func addFile(total hash.Hash, file, name string, mode fs.FileMode) error {
	content := sha256.New()
	switch {
	case mode.Type() == fs.ModeSymlink:
		target, err := filepath.EvalSymlinks(file)
		if err != nil {
			return err
		}
		io.WriteString(content, filepath.ToSlash(filepath.Clean(target))) //nolint:errcheck // a hash never fails
	case mode.IsRegular():
		opened, err := os.Open(file)
		if err != nil {
			return err
		}
		defer opened.Close() //nolint:errcheck // read only
		if _, err := io.Copy(content, opened); err != nil {
			return err
		}
	}
	io.WriteString(total, filepath.ToSlash(path.Clean(name))+mode.String()) //nolint:errcheck // a hash never fails
	total.Write(append(content.Sum(nil), 0))
	return nil
}

// pack returns the context as an archive, and the Dockerfile's name: in the context (`shown`), and in the
// archive, where a Dockerfile from outside gets another one.
func pack(folder, dockerfile string) (archived io.ReadCloser, shown, inArchive string, err error) {
	patterns, err := ignored(folder, dockerfile)
	if err != nil {
		return nil, "", "", fmt.Errorf("build.context: %w", err)
	}
	root, shown, err := build.GetContextFromLocalDir(folder, dockerfile)
	if err != nil {
		return nil, "", "", fmt.Errorf("build.context: %w", err)
	}
	if err := build.ValidateContextDirectory(root, patterns); err != nil {
		return nil, "", "", fmt.Errorf("build.context: %w", err)
	}
	archived, err = archive.TarWithOptions(root, &archive.TarOptions{
		ExcludePatterns: build.TrimBuildFilesFromExcludes(patterns, shown, false),
		ChownOpts:       &archive.ChownOpts{UID: 0, GID: 0},
	})
	if err != nil {
		return nil, "", "", fmt.Errorf("build.context: %w", err)
	}
	if !strings.HasPrefix(shown, ".."+string(filepath.Separator)) {
		return archived, shown, shown, nil
	}
	outside, err := os.Open(dockerfile)
	if err != nil {
		return nil, "", "", fmt.Errorf("build.dockerfile: %w", err)
	}
	archived, inArchive, err = build.AddDockerfileToBuildContext(outside, archived)
	if err != nil {
		return nil, "", "", fmt.Errorf("build.dockerfile: %w", err)
	}
	return archived, shown, inArchive, nil
}
