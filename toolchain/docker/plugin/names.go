package plugin

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// nameFields writes down the name under which Pulumi programs know each field, as the bridge derives it. Where
// none is written down, the bridge derives those of all fields for each property of each call: a third of the
// time of a Diff.
func nameFields(described tfbridge.ProviderInfo) {
	for name, resource := range described.Resources {
		resource.Fields = namedFields(described.P.ResourcesMap().Get(name).Schema(), resource.Fields)
	}
}

func namedFields(fields shim.SchemaMap, given map[string]*tfbridge.SchemaInfo) map[string]*tfbridge.SchemaInfo {
	named := map[string]*tfbridge.SchemaInfo{}
	fields.Range(func(name string, field shim.Schema) bool {
		described := tfbridge.SchemaInfo{}
		if given[name] != nil {
			described = *given[name]
		}
		described.Name = tfbridge.TerraformToPulumiNameV2(name, fields, given)
		if nested, ok := field.Elem().(shim.Resource); ok {
			element := tfbridge.SchemaInfo{}
			if described.Elem != nil {
				element = *described.Elem
			}
			element.Fields = namedFields(nested.Schema(), element.Fields)
			described.Elem = &element
		}
		named[name] = &described
		return true
	})
	return named
}
