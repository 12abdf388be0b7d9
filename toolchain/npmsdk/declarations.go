package npmsdk

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

var comments = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)

// declarations is the text of a .d.ts file without comments.
type declarations struct {
	text string
}

func readDeclarations(path string) (declarations, error) {
	content, err := os.ReadFile(path)
	return declarations{comments.ReplaceAllString(string(content), "")}, err
}

// member reads the interface of the inputs, which may be missing, and the class or interface of the outputs.
func (d declarations) member(inputs, outputsKind, outputs string) (Member, error) {
	inputFields, err := parseFields(d.bodies("interface")[inputs])
	if err != nil {
		return Member{}, fmt.Errorf("%s: %w", inputs, err)
	}
	outputFields, err := parseFields(d.bodies(outputsKind)[outputs])
	if err != nil {
		return Member{}, fmt.Errorf("%s: %w", outputs, err)
	}
	return Member{Inputs: inputFields, Outputs: outputFields}, nil
}

// bodies are what stands between the braces of every class or interface.
func (d declarations) bodies(kind string) map[string]string {
	found := map[string]string{}
	start := regexp.MustCompile(`\b` + kind + ` (\w+)(?: extends [\w.]+)? \{`)
	for _, match := range start.FindAllStringSubmatchIndex(d.text, -1) {
		name, rest := d.text[match[2]:match[3]], d.text[match[1]:]
		depth := 1
		for index, letter := range rest {
			switch letter {
			case '{':
				depth++
			case '}':
				depth--
			}
			if depth == 0 {
				found[name] = rest[:index]
				break
			}
		}
	}
	return found
}

var field = regexp.MustCompile(`(?s)^(?:readonly )?(\w+)(\??): (.+)$`)

// parseFields reads the fields of a body. Methods and static members are left out.
func parseFields(body string) (Fields, error) {
	fields := Fields{}
	for _, statement := range statements(body) {
		match := field.FindStringSubmatch(statement)
		if match == nil || match[1] == "constructor" {
			continue
		}
		shape, optional, err := parseShape(match[3])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", match[1], err)
		}
		if match[2] == "" && !optional {
			shape = "!" + shape
		}
		fields[match[1]] = shape
	}
	return fields, nil
}

// statements splits a body at the semicolons that stand outside of brackets.
func statements(body string) []string {
	var found []string
	depth, begin := 0, 0
	for index, letter := range body {
		switch letter {
		case '{', '(', '<', '[':
			depth++
		case '}', ')', ']':
			depth--
		case '>':
			if index > 0 && body[index-1] != '=' {
				depth--
			}
		case ';':
			if depth == 0 {
				found = append(found, strings.TrimSpace(body[begin:index]))
				begin = index + 1
			}
		}
	}
	return found
}

var (
	wrapper = regexp.MustCompile(`^pulumi\.(?:Input|Output)<(.*)>$`)
	mapping = regexp.MustCompile(`^\{\[key:string\]:(.*);\}$`)
	object  = regexp.MustCompile(`^(?:inputs|outputs)\.(?:\w+\.)?(\w+)$`)
)

// parseShape translates a TypeScript type.
func parseShape(text string) (shape string, optional bool, err error) {
	text = strings.Join(strings.Fields(text), "")
	text, optional = strings.CutSuffix(text, "|undefined")
	if match := wrapper.FindStringSubmatch(text); match != nil && balanced(match[1]) {
		shape, inner, err := parseShape(match[1])
		return shape, optional || inner, err
	}
	if element, isList := strings.CutSuffix(text, "[]"); isList && balanced(element) {
		shape, _, err := parseShape(element)
		return "list:" + shape, optional, err
	}
	if match := mapping.FindStringSubmatch(text); match != nil {
		shape, _, err := parseShape(match[1])
		return "map:" + shape, optional, err
	}
	if match := object.FindStringSubmatch(text); match != nil {
		return "object:" + strings.TrimSuffix(match[1], "Args"), optional, nil
	}
	switch {
	case text == "string" || text == "number" || text == "boolean" || text == "any":
		return text, optional, nil
	case strings.HasPrefix(text, "enums."):
		return "string", optional, nil
	case strings.HasPrefix(text, "pulumi.asset."):
		return "asset", optional, nil
	default:
		return "", false, fmt.Errorf("type not understood, got %q", text)
	}
}

// balanced tells whether every bracket in a text is closed in it, and none before it was opened.
func balanced(text string) bool {
	depth := 0
	for _, letter := range text {
		switch letter {
		case '<', '{':
			depth++
		case '>', '}':
			depth--
		}
		if depth < 0 {
			return false
		}
	}
	return depth == 0
}
