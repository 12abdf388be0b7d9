package resources

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

// fields are the properties of a resource, or of a part of one, by name.
type fields = map[string]*schema.Schema

// trait is one thing that can be said about a field. A field is optional unless a trait says otherwise.
type trait func(*schema.Schema)

// required marks a field that has to be given.
func required(s *schema.Schema) { s.Required, s.Optional = true, false }

// replaces marks a field whose change makes a new resource.
func replaces(s *schema.Schema) { s.ForceNew = true }

// reported marks an optional field that the engine fills in when it is not given.
func reported(s *schema.Schema) { s.Computed = true }

// output marks a field that only the engine fills in.
func output(s *schema.Schema) { s.Computed, s.Optional = true, false }

// sensitive marks a field that is a secret in the state.
func sensitive(s *schema.Schema) { s.Sensitive = true }

// single marks a list or set that holds one element at most.
func single(s *schema.Schema) { s.MaxItems = 1 }

// hashed orders a set of texts by the texts alone.
func hashed(s *schema.Schema) { s.Set = schema.HashString }

func otherwise(value any) trait {
	return func(s *schema.Schema) { s.Default = value }
}

func checked(check schema.SchemaValidateFunc) trait { //nolint:staticcheck // simpler, and shown the same way
	return func(s *schema.Schema) { s.ValidateFunc = check }
}

func field(kind schema.ValueType, element any, traits []trait) *schema.Schema {
	made := &schema.Schema{Type: kind, Elem: element, Optional: true}
	for _, apply := range traits {
		apply(made)
	}
	return made
}

func text(traits ...trait) *schema.Schema   { return field(schema.TypeString, nil, traits) }
func number(traits ...trait) *schema.Schema { return field(schema.TypeInt, nil, traits) }
func flag(traits ...trait) *schema.Schema   { return field(schema.TypeBool, nil, traits) }
func table(traits ...trait) *schema.Schema  { return field(schema.TypeMap, nil, traits) }

func texts(traits ...trait) *schema.Schema {
	return field(schema.TypeList, &schema.Schema{Type: schema.TypeString}, traits)
}

func textSet(traits ...trait) *schema.Schema {
	return field(schema.TypeSet, &schema.Schema{Type: schema.TypeString}, traits)
}

func textTable(traits ...trait) *schema.Schema {
	return field(schema.TypeMap, &schema.Schema{Type: schema.TypeString}, traits)
}

func listOf(of fields, traits ...trait) *schema.Schema {
	return field(schema.TypeList, &schema.Resource{Schema: of}, traits)
}

func setOf(of fields, traits ...trait) *schema.Schema {
	return field(schema.TypeSet, &schema.Resource{Schema: of}, traits)
}

// labels are pairs, because that is how the official plugin has them.
func labels(traits ...trait) *schema.Schema {
	return setOf(fields{"label": text(required, replaces), "value": text(required, replaces)}, traits...)
}

func atLeast(least int) trait {
	return checked(func(value any, key string) ([]string, []error) {
		if got := value.(int); got < least {
			return nil, []error{fmt.Errorf("%s: has to be %d or more, got %d", key, least, got)}
		}
		return nil, nil
	})
}

func matching(pattern, meaning string) trait {
	compiled := regexp.MustCompile(pattern)
	return checked(func(value any, key string) ([]string, []error) {
		if got := value.(string); !compiled.MatchString(got) {
			return nil, []error{fmt.Errorf("%s: has to be %s, got %q", key, meaning, got)}
		}
		return nil, nil
	})
}

func duration() *schema.Schema {
	return text(otherwise("0s"), checked(func(value any, key string) ([]string, []error) {
		if got, err := time.ParseDuration(value.(string)); err != nil || got < 0 {
			return nil, []error{fmt.Errorf("%s: has to be a duration such as 1m30s, got %q", key, value)}
		}
		return nil, nil
	}))
}

func encoded(traits ...trait) *schema.Schema {
	return text(append(traits, checked(func(value any, key string) ([]string, []error) {
		if _, err := base64.StdEncoding.DecodeString(value.(string)); err != nil {
			return nil, []error{fmt.Errorf("%s: has to be base64: %w", key, err)}
		}
		return nil, nil
	}))...)
}

// ignoreEmpty keeps the engine's value when the program gives the empty text, which means "as the image says".
func ignoreEmpty(s *schema.Schema) {
	s.DiffSuppressFunc = func(_, before, after string, _ *schema.ResourceData) bool {
		return after == "" || after == before
	}
}
