// Package bridged derives the Pulumi schema of a provider that is bridged from Terraform.
//
// The bridge comes with a generator of its own, which also writes documentation and SDKs for every language and
// brings the dependencies of all that. Here only the answer to GetSchema is needed.
package bridged

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/inflector"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// Getter answers GetSchema; the schema is made when it is asked for the first time, as most runs never do.
func Getter(info tfbridge.ProviderInfo) func(context.Context, plugin.GetSchemaRequest) ([]byte, error) {
	return func(context.Context, plugin.GetSchemaRequest) ([]byte, error) {
		return Schema(info)
	}
}

// Schema is the JSON of the provider's Pulumi schema.
func Schema(info tfbridge.ProviderInfo) ([]byte, error) {
	made := generator{info: info, spec: schema.PackageSpec{
		Name:        info.Name,
		DisplayName: info.DisplayName,
		Description: info.Description,
		License:     info.License,
		Version:     info.Version,
		// "github:index/repository:Repository" stands in the module "index"; the rest is the name of a file.
		Meta:      &schema.MetadataSpec{ModuleFormat: "(.*)(?:/[^/]*)"},
		Types:     map[string]schema.ComplexTypeSpec{},
		Resources: map[string]schema.ResourceSpec{},
		Functions: map[string]schema.FunctionSpec{},
	}}
	config := made.object("Provider", info.P.Schema(), info.Config)
	made.spec.Config = schema.ConfigSpec{Variables: config.inputs, Required: config.requiredInputs}
	made.spec.Provider = &schema.ResourceSpec{InputProperties: config.inputs, RequiredInputs: config.requiredInputs}
	for name, resource := range info.Resources {
		upstream, ok := info.P.ResourcesMap().GetOk(name)
		if !ok {
			return nil, fmt.Errorf("resource %s: not known upstream", name)
		}
		made.spec.Resources[resource.Tok.String()] = made.resource(resource, upstream)
	}
	for name, function := range info.DataSources {
		upstream, ok := info.P.DataSourcesMap().GetOk(name)
		if !ok {
			return nil, fmt.Errorf("data source %s: not known upstream", name)
		}
		made.spec.Functions[function.Tok.String()] = made.function(function, upstream)
	}
	encoded, err := json.Marshal(made.spec)
	if err != nil {
		return nil, fmt.Errorf("schema of %s: %w", info.Name, err)
	}
	return encoded, nil
}

// generator collects the parts of one schema.
type generator struct {
	info tfbridge.ProviderInfo
	spec schema.PackageSpec
}

func (g *generator) resource(info *tfbridge.ResourceInfo, upstream shim.Resource) schema.ResourceSpec {
	made := g.object(lastName(info.Tok.String()), upstream.Schema(), info.Fields)
	// Every resource has an ID in Pulumi, outside of its properties.
	delete(made.outputs, "id")
	made.requiredOutputs = slices.DeleteFunc(made.requiredOutputs, func(name string) bool { return name == "id" })
	return schema.ResourceSpec{
		ObjectTypeSpec: schema.ObjectTypeSpec{
			Type:       "object",
			Properties: made.outputs,
			Required:   made.requiredOutputs,
		},
		InputProperties:    made.inputs,
		RequiredInputs:     made.requiredInputs,
		StateInputs:        &schema.ObjectTypeSpec{Type: "object", Properties: made.outputs},
		DeprecationMessage: upstream.DeprecationMessage(),
	}
}

func (g *generator) function(info *tfbridge.DataSourceInfo, upstream shim.Resource) schema.FunctionSpec {
	made := g.object(lastName(info.Tok.String()), upstream.Schema(), info.Fields)
	made.outputs["id"] = schema.PropertySpec{TypeSpec: schema.TypeSpec{Type: "string"}}
	required := append(slices.Clone(made.requiredOutputs), "id")
	slices.Sort(required)
	return schema.FunctionSpec{
		Inputs: &schema.ObjectTypeSpec{
			Type: "object", Properties: made.inputs, Required: made.requiredInputs,
		},
		Outputs: &schema.ObjectTypeSpec{
			Type: "object", Properties: made.outputs, Required: slices.Compact(required),
		},
		DeprecationMessage: upstream.DeprecationMessage(),
	}
}

// properties are the fields of a resource, data source or nested object under their Pulumi names.
type properties struct {
	inputs, outputs                 map[string]schema.PropertySpec
	requiredInputs, requiredOutputs []string
}

// object translates a map of fields. The owner's name starts the names of the types that are nested in it.
func (g *generator) object(owner string, fields shim.SchemaMap, infos map[string]*tfbridge.SchemaInfo) properties {
	made := properties{
		inputs:  map[string]schema.PropertySpec{},
		outputs: map[string]schema.PropertySpec{},
	}
	upstream := map[string]shim.Schema{}
	fields.Range(func(name string, field shim.Schema) bool {
		upstream[name] = field
		return true
	})
	for _, name := range slices.Sorted(maps.Keys(upstream)) {
		field, info := upstream[name], infos[name]
		isInput := field.Required() || field.Optional()
		if field.Removed() != "" {
			continue
		}
		key := tfbridge.TerraformToPulumiNameV2(name, fields, infos)
		property := schema.PropertySpec{
			TypeSpec:             g.valueType(owner+upperFirst(key), field, info),
			Description:          field.Description(),
			Secret:               isSecret(field, info),
			DeprecationMessage:   field.Deprecated(),
			WillReplaceOnChanges: isInput && (field.ForceNew() || info != nil && isTrue(info.ForceNew)),
		}
		if isInput {
			made.inputs[key] = property
			if field.Required() && (info == nil || !info.HasDefault()) {
				made.requiredInputs = append(made.requiredInputs, key)
			}
		}
		property.WillReplaceOnChanges = false
		made.outputs[key] = property
		if field.Required() || field.Computed() {
			made.requiredOutputs = append(made.requiredOutputs, key)
		}
	}
	return made
}

// valueType translates the type of a field. A list that holds one element at most is that element in Pulumi.
func (g *generator) valueType(path string, field shim.Schema, info *tfbridge.SchemaInfo) schema.TypeSpec {
	switch field.Type() {
	case shim.TypeBool:
		return schema.TypeSpec{Type: "boolean"}
	case shim.TypeInt:
		return schema.TypeSpec{Type: "integer"}
	case shim.TypeFloat:
		return schema.TypeSpec{Type: "number"}
	case shim.TypeString:
		return schema.TypeSpec{Type: "string"}
	case shim.TypeMap:
		element := g.elementType(path, field.Elem(), info)
		return schema.TypeSpec{Type: "object", AdditionalProperties: &element}
	case shim.TypeList, shim.TypeSet:
		if tfbridge.IsMaxItemsOne(field, info) {
			return g.elementType(path, field.Elem(), info)
		}
		element := g.elementType(inflector.Singularize(path), field.Elem(), info)
		return schema.TypeSpec{Type: "array", Items: &element}
	default:
		return schema.TypeSpec{Ref: "pulumi.json#/Any"}
	}
}

// elementType translates what a list, set or map holds.
func (g *generator) elementType(path string, element any, info *tfbridge.SchemaInfo) schema.TypeSpec {
	var elementInfo *tfbridge.SchemaInfo
	var fields map[string]*tfbridge.SchemaInfo
	if info != nil {
		elementInfo, fields = info.Elem, info.Fields
		if elementInfo != nil && elementInfo.Fields != nil {
			fields = elementInfo.Fields
		}
	}
	switch element := element.(type) {
	case shim.Schema:
		return g.valueType(path, element, elementInfo)
	case shim.Resource:
		made := g.object(path, element.Schema(), fields)
		token := fmt.Sprintf("%s:index/%s:%s", g.info.Name, path, path)
		g.spec.Types[token] = schema.ComplexTypeSpec{ObjectTypeSpec: schema.ObjectTypeSpec{
			Type: "object", Properties: made.outputs, Required: made.requiredInputs,
		}}
		return schema.TypeSpec{Ref: "#/types/" + token}
	default:
		return schema.TypeSpec{Type: "string"}
	}
}

func isSecret(field shim.Schema, info *tfbridge.SchemaInfo) bool {
	if info != nil && info.Secret != nil {
		return *info.Secret
	}
	return field.Sensitive()
}

func isTrue(value *bool) bool { return value != nil && *value }

// lastName is the name at the end of a token: "Repository" of "github:index/repository:Repository".
func lastName(token string) string {
	return upperFirst(token[strings.LastIndex(token, ":")+1:])
}

func upperFirst(name string) string {
	return strings.ToUpper(name[:1]) + name[1:]
}
