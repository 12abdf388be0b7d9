package npmsdk

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// Differences lists what a program of this npm package can say and the schema does not know, and what it expects
// and the schema does not promise. What only the schema knows is no difference, but for required inputs.
func (p Package) Differences(schemaJSON []byte) ([]string, error) {
	var spec schema.PackageSpec
	if err := json.Unmarshal(schemaJSON, &spec); err != nil {
		return nil, err
	}
	var found comparison
	for token, wanted := range p.Resources {
		resource, ok := spec.Resources[token]
		if !ok {
			found.add(token, "missing")
			continue
		}
		found.fields(token+" input", wanted.Inputs, shapes(spec, resource.InputProperties, resource.RequiredInputs))
		found.fields(token+" output", wanted.Outputs.optional(), shapes(spec, resource.Properties, nil))
	}
	for token, wanted := range p.Functions {
		function, ok := spec.Functions[token]
		if !ok {
			found.add(token, "missing")
			continue
		}
		if function.Inputs != nil {
			found.fields(token+" input", wanted.Inputs,
				shapes(spec, function.Inputs.Properties, function.Inputs.Required))
		}
		if function.Outputs != nil {
			found.fields(token+" output", wanted.Outputs.optional(), shapes(spec, function.Outputs.Properties, nil))
		}
	}
	for token, nested := range spec.Types {
		name := token[strings.LastIndex(token, ":")+1:]
		if wanted, known := p.Types[name]; known {
			found.fields(token, wanted.optional(), shapes(spec, nested.Properties, nil))
		}
	}
	slices.Sort(found.differences)
	return found.differences, nil
}

// optional are the same fields, of which none is required.
func (f Fields) optional() Fields {
	made := Fields{}
	for name, shape := range f {
		made[name] = strings.TrimPrefix(shape, "!")
	}
	return made
}

type comparison struct {
	differences []string
}

func (c *comparison) add(path, problem string) {
	c.differences = append(c.differences, path+": "+problem)
}

// fields compares what the npm package has with what the plugin has.
func (c *comparison) fields(path string, wanted, got Fields) {
	for name, shape := range wanted {
		switch actual, ok := got[name]; {
		case !ok:
			c.add(path+" "+name, "missing")
		case actual != shape:
			c.add(path+" "+name, fmt.Sprintf("npm has %q, the plugin %q", shape, actual))
		}
	}
	for name, shape := range got {
		if _, ok := wanted[name]; !ok && strings.HasPrefix(shape, "!") {
			c.add(path+" "+name, "required by the plugin, unknown to npm")
		}
	}
}

// shapes translates the properties of a schema.
func shapes(spec schema.PackageSpec, properties map[string]schema.PropertySpec, required []string) Fields {
	fields := Fields{}
	for name, property := range properties {
		shape := schemaShape(spec, property.TypeSpec)
		if slices.Contains(required, name) {
			shape = "!" + shape
		}
		fields[name] = shape
	}
	return fields
}

func schemaShape(spec schema.PackageSpec, kind schema.TypeSpec) string {
	switch {
	case kind.Ref == "pulumi.json#/Any":
		return "any"
	case kind.Ref == "pulumi.json#/Asset" || kind.Ref == "pulumi.json#/Archive":
		return "asset"
	case kind.Ref != "":
		token := strings.TrimPrefix(kind.Ref, "#/types/")
		if len(spec.Types[token].Enum) > 0 {
			return "string"
		}
		return "object:" + token[strings.LastIndex(token, ":")+1:]
	case kind.Type == "array":
		return "list:" + schemaShape(spec, *kind.Items)
	case kind.Type == "object" && kind.AdditionalProperties != nil:
		return "map:" + schemaShape(spec, *kind.AdditionalProperties)
	case kind.Type == "integer":
		return "number"
	default:
		return kind.Type
	}
}
