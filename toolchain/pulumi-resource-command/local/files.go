package local

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gobwas/glob"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// files returns what the globs find in the directory, after the command has run.
func (e Execution) files(directory string) (map[string]*types.AssetOrArchive, *resource.Archive, error) {
	var assets map[string]*types.AssetOrArchive
	if e.AssetPaths != nil {
		found, err := findFiles(directory, "assetPaths", e.AssetPaths)
		if err != nil {
			return nil, nil, err
		}
		assets = map[string]*types.AssetOrArchive{}
		for path, asset := range found {
			assets[path] = &types.AssetOrArchive{Asset: asset}
		}
	}
	if e.ArchivePaths == nil {
		return assets, nil, nil
	}

	found, err := findFiles(directory, "archivePaths", e.ArchivePaths)
	if err != nil {
		return nil, nil, err
	}
	contents := map[string]any{}
	for path, asset := range found {
		contents[path] = asset
	}
	archive, err := resource.NewAssetArchive(contents)
	if err != nil {
		return nil, nil, fmt.Errorf("archivePaths: %w", err)
	}
	return assets, archive, nil
}

// rule is one glob, which adds to what was found or takes away from it.
type rule struct {
	glob    glob.Glob
	removes bool
}

// findFiles applies globs in their order to the files below a directory.
func findFiles(directory, input string, patterns []string) (map[string]*resource.Asset, error) {
	var rules []rule
	for index, pattern := range patterns {
		text, removes := strings.CutPrefix(pattern, "!")
		compiled, err := glob.Compile(text, '/')
		if err != nil {
			return nil, fmt.Errorf("%s[%d]: not a glob, got %q: %w", input, index, pattern, err)
		}
		rules = append(rules, rule{compiled, removes})
	}

	found := map[string]*resource.Asset{}
	err := fs.WalkDir(os.DirFS(directory), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !kept(rules, path) {
			return err
		}
		asset, err := resource.NewPathAsset(filepath.Join(directory, path))
		found[path] = asset
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", input, err)
	}
	return found, nil
}

// kept tells what the last matching rule says.
func kept(rules []rule, path string) bool {
	result := false
	for _, rule := range rules {
		if rule.glob.Match(path) {
			result = !rule.removes
		}
	}
	return result
}
