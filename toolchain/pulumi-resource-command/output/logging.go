package output

// Streams tells which streams a value of the input "logging" names. Both are logged when it is not given.
func Streams(logging *string) []string {
	if logging == nil {
		return []string{"stdout", "stderr"}
	}
	switch *logging {
	case "stdout", "stderr":
		return []string{*logging}
	case "stdoutAndStderr":
		return []string{"stdout", "stderr"}
	default: // "none"
		return nil
	}
}

// Environment lists variables for a next command: the given ones, then the previous output unless that is
// switched off. Empty outputs are left out.
func Environment(given map[string]string, withPrevious *bool, stdout, stderr string) (variables, previous []Variable) {
	for name, value := range given {
		variables = append(variables, Variable{name, value})
	}
	if withPrevious != nil && !*withPrevious {
		return variables, nil
	}
	for _, variable := range []Variable{{PreviousStdout, stdout}, {PreviousStderr, stderr}} {
		if variable.Value != "" {
			previous = append(previous, variable)
		}
	}
	return variables, previous
}

// Variable is one environment variable.
type Variable struct{ Name, Value string }
