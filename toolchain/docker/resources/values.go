package resources

import (
	"fmt"
	"sort"
	"strings"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

// bag is one element of a list or set of parts.
type bag map[string]any

// bags returns the parts of a list or set; empty when it is not given.
func bags(value any) []bag {
	var raw []any
	switch typed := value.(type) {
	case *schema.Set:
		raw = typed.List()
	case []any:
		raw = typed
	}
	found := make([]bag, 0, len(raw))
	for _, one := range raw {
		if part, ok := one.(map[string]any); ok {
			found = append(found, part)
		}
	}
	return found
}

func (b bag) text(name string) string {
	value, _ := b[name].(string)
	return value
}

func (b bag) number(name string) int {
	value, _ := b[name].(int)
	return value
}

func (b bag) flag(name string) bool {
	value, _ := b[name].(bool)
	return value
}

func (b bag) texts(name string) []string { return textsOf(b[name]) }

// part returns the only element of a nested list, and whether there is one.
func (b bag) part(name string) (bag, bool) {
	list, _ := b[name].([]any)
	if len(list) == 0 {
		return nil, false
	}
	only, _ := list[0].(map[string]any) // nil for a part without any field: it is given all the same
	return only, true
}

// textsOf turns a list or set into texts; nil when it is empty.
func textsOf(value any) []string {
	var raw []any
	switch typed := value.(type) {
	case *schema.Set:
		raw = typed.List()
	case []any:
		raw = typed
	}
	var found []string
	for _, one := range raw {
		item, _ := one.(string) // an empty text in a list arrives as nil
		found = append(found, item)
	}
	return found
}

// tableOf turns a table into texts; nil when it is empty.
func tableOf(value any) map[string]string {
	raw, _ := value.(map[string]any)
	if len(raw) == 0 {
		return nil
	}
	found := make(map[string]string, len(raw))
	for key, one := range raw {
		found[key] = fmt.Sprint(one)
	}
	return found
}

// labelsOf turns pairs into a table.
func labelsOf(value any) map[string]string {
	pairs := bags(value)
	if len(pairs) == 0 {
		return nil
	}
	found := make(map[string]string, len(pairs))
	for _, pair := range pairs {
		found[pair.text("label")] = pair.text("value")
	}
	return found
}

// labelPairs turns a table into pairs, in the order of the labels.
func labelPairs(table map[string]string) []any {
	pairs := make([]any, 0, len(table))
	for label, value := range table {
		pairs = append(pairs, map[string]any{"label": label, "value": value})
	}
	sort.Slice(pairs, func(a, b int) bool {
		return pairs[a].(map[string]any)["label"].(string) < pairs[b].(map[string]any)["label"].(string)
	})
	return pairs
}

// anyOf turns texts into the element type of lists.
func anyOf[T any](values []T) []any {
	found := make([]any, len(values))
	for index, value := range values {
		found[index] = value
	}
	return found
}

// assign sets several fields at once and reports those that the schema does not accept.
func assign(data *schema.ResourceData, values map[string]any) error {
	var problems []string
	for name, value := range values {
		if err := data.Set(name, value); err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", name, err))
		}
	}
	if problems == nil {
		return nil
	}
	sort.Strings(problems)
	return fmt.Errorf("cannot record what the engine reports: %s", strings.Join(problems, "; "))
}
