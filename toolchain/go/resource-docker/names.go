package main

import (
	"slices"
	"sort"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// property is one property as a Pulumi program sees it; nested objects list their own.
type property struct {
	Name       string     `json:"name"`
	Type       string     `json:"type"`
	Input      bool       `json:"input"`
	Required   bool       `json:"required"`
	Properties []property `json:"properties,omitempty"`
}

// names is the output of `-names`: every resource token with its properties as the bridge translates them at run time,
// so that a test compares the plugin's actual names rather than a list.
func names(prov tfbridge.ProviderInfo) map[string][]property {
	all := map[string][]property{"pulumi:providers:" + prov.Name: properties(prov.P.Schema(), prov.Config)}
	for key, res := range prov.Resources {
		found := properties(prov.P.ResourcesMap().Get(key).Schema(), res.Fields)
		// In a program, a resource's id is not one of its properties.
		all[string(res.Tok)] = slices.DeleteFunc(found, func(p property) bool { return p.Name == "id" })
	}
	return all
}

func properties(schema shim.SchemaMap, fields map[string]*tfbridge.SchemaInfo) []property {
	found := []property{}
	schema.Range(func(key string, sch shim.Schema) bool {
		if sch.Removed() != "" {
			return true
		}
		p := property{
			Name:  tfbridge.TerraformToPulumiNameV2(key, schema, fields),
			Type:  typeOf(sch, fields[key]),
			Input: sch.Required() || sch.Optional(),
			// A program may omit properties that the bridge generates, such as a name.
			Required: sch.Required() && (fields[key] == nil || fields[key].Default == nil),
		}
		if elem, nested := sch.Elem().(shim.Resource); nested {
			p.Properties = properties(elem.Schema(), nestedFields(fields[key]))
		}
		found = append(found, p)
		return true
	})
	sort.Slice(found, func(i, j int) bool { return found[i].Name < found[j].Name })
	return found
}

// typeOf is the type in a program: `string`, `number[]`, `object`, `map` and so on.
func typeOf(sch shim.Schema, field *tfbridge.SchemaInfo) string {
	switch sch.Type() {
	case shim.TypeBool:
		return "boolean"
	case shim.TypeInt, shim.TypeFloat:
		return "number"
	case shim.TypeMap:
		return "map"
	case shim.TypeList, shim.TypeSet:
		element := "object"
		if plain, ok := sch.Elem().(shim.Schema); ok {
			element = typeOf(plain, nil)
		}
		if tfbridge.IsMaxItemsOne(sch, field) {
			return element
		}
		return element + "[]"
	default:
		return "string"
	}
}

// nestedFields finds the overrides for the members of a list's or an object's element.
func nestedFields(field *tfbridge.SchemaInfo) map[string]*tfbridge.SchemaInfo {
	if field == nil {
		return nil
	}
	if field.Elem != nil {
		return field.Elem.Fields
	}
	return field.Fields
}
