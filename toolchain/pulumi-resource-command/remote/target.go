package remote

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/pkg/sftp"
)

// target is the file system of a host.
type target struct {
	session *sftp.Client
}

// kind is what stands at a path.
type kind int

const (
	nothing kind = iota
	file
	folder
)

func (t target) kind(remotePath string) (kind, error) {
	info, err := t.session.Stat(remotePath)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nothing, nil
	case err != nil:
		return nothing, fmt.Errorf("remotePath: cannot look at %q: %w", remotePath, err)
	case info.IsDir():
		return folder, nil
	default:
		return file, nil
	}
}

func (t target) makeFolder(remotePath string) error {
	if err := t.session.MkdirAll(remotePath); err != nil {
		return fmt.Errorf("remotePath: cannot create the folder %q: %w", remotePath, err)
	}
	return nil
}

// copy copies a local file or folder. As with rsync, a slash after a folder's name leaves out the name.
func (t target) copy(source, destination string) error {
	info, err := os.Stat(source)
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	existing, err := t.kind(destination)
	if err != nil {
		return err
	}
	switch {
	case info.IsDir() && existing == file:
		return fmt.Errorf("remotePath: is a file, got %q; a folder cannot replace it", destination)
	case info.IsDir() && strings.HasSuffix(source, "/"):
		return t.copyFolder(source, destination)
	case info.IsDir():
		return t.copyFolder(source, path.Join(destination, filepath.Base(source)))
	case existing == folder:
		return t.copyFile(source, path.Join(destination, filepath.Base(source)))
	}
	if err := t.makeFolder(path.Dir(destination)); err != nil {
		return err
	}
	return t.copyFile(source, destination)
}

// copyFolder copies what a folder holds; links are followed, and files that are in the way are overwritten.
func (t target) copyFolder(source, destination string) error {
	return fs.WalkDir(os.DirFS(source), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("source: %w", err)
		}
		to := path.Join(destination, name)
		if !entry.IsDir() {
			return t.copyFile(filepath.Join(source, name), to)
		}
		existing, err := t.kind(to)
		if err == nil && existing == file {
			return fmt.Errorf("remotePath: %q is a file there and a folder in the source", to)
		}
		return errors.Join(err, t.makeFolder(to))
	})
}

func (t target) copyFile(source, destination string) error {
	from, err := os.Open(source)
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	defer from.Close()
	to, err := t.session.Create(destination)
	if err != nil {
		return fmt.Errorf("remotePath: cannot create %q: %w", destination, err)
	}
	_, err = to.ReadFrom(from)
	if err := errors.Join(err, to.Close()); err != nil {
		return fmt.Errorf("remotePath: cannot copy %s to %q: %w", source, destination, err)
	}
	return nil
}
