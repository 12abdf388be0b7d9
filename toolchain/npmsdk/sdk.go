// Package npmsdk reads what an npm package of Pulumi sends to a plugin and expects from it.
//
// The plugins' tests compare that with the plugins' schemas, so that a plugin that is built here understands every
// program that is written for the official one. It reads generated files, whose form is regular; a form that it
// does not know fails the test that uses it.
package npmsdk

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Package is what an npm package knows of a provider.
type Package struct {
	Resources map[string]Member // by token
	Functions map[string]Member // by token
	Types     map[string]Fields // nested objects of inputs, by name
}

// Member is a resource or a function.
type Member struct {
	Inputs  Fields
	Outputs Fields
}

// Fields are the shapes of the fields of an object by their names: "string", "list:number", "map:string",
// "object:Name" and so on. Required fields have a shape that starts with "!".
type Fields map[string]string

var (
	resourceToken = regexp.MustCompile(`__pulumiType = '([^']+)'`)
	functionToken = regexp.MustCompile(`runtime\.invoke\("([^"]+)"`)
	className     = regexp.MustCompile(`export declare class (\w+) extends pulumi\.CustomResource `)
)

// Read reads the package in a folder, such as node_modules/@pulumi/random.
func Read(folder string) (Package, error) {
	read := Package{Resources: map[string]Member{}, Functions: map[string]Member{}, Types: map[string]Fields{}}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && entry.Name() == "node_modules" {
			return filepath.SkipDir
		}
		base, isDeclaration := strings.CutSuffix(path, ".d.ts")
		if !isDeclaration {
			return nil
		}
		if err := read.file(base); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
	return read, err
}

// file reads one module: its declarations for the shapes, its code for the token.
func (p *Package) file(base string) error {
	declarations, err := readDeclarations(base + ".d.ts")
	if err != nil {
		return err
	}
	code, err := os.ReadFile(base + ".js")
	if err != nil {
		return err
	}
	switch {
	case strings.HasSuffix(base, filepath.Join("types", "input")):
		for name, body := range declarations.bodies("interface") {
			fields, err := parseFields(body)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			p.Types[strings.TrimSuffix(name, "Args")] = fields
		}
	case resourceToken.Match(code):
		class := className.FindStringSubmatch(declarations.text)
		if class == nil { // the provider itself
			return nil
		}
		member, err := declarations.member(class[1]+"Args", "class", class[1])
		if err != nil {
			return err
		}
		p.Resources[string(resourceToken.FindSubmatch(code)[1])] = member
	case functionToken.Match(code):
		token := string(functionToken.FindSubmatch(code)[1])
		name := token[strings.LastIndex(token, ":")+1:]
		name = strings.ToUpper(name[:1]) + name[1:]
		member, err := declarations.member(name+"Args", "interface", name+"Result")
		if err != nil {
			return err
		}
		p.Functions[token] = member
	}
	return nil
}
