package main

import (
	"fmt"
	"sort"
	"strings"

	"github.com/google/shlex"
	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
	"google.golang.org/protobuf/types/known/structpb"
)

// packageManagers are the values of the option "packagemanager".
var packageManagers = map[string]npm.PackageManagerType{
	"auto": npm.AutoPackageManager,
	"npm":  npm.NpmPackageManager,
	"yarn": npm.YarnPackageManager,
	"pnpm": npm.PnpmPackageManager,
	"bun":  npm.BunPackageManager,
}

// options are what stands below "runtime: options:" in Pulumi.yaml. Keys that are not read here are left alone,
// as newer hosts know more of them.
type options struct {
	typescript     bool     // the runner loads ts-node; default true
	tsconfig       string   // the tsconfig.json for ts-node
	nodeArguments  []string // arguments of node itself, before the runner
	packageManager npm.PackageManagerType
	production     bool // install no development dependencies
}

// readOptions checks the options of a project.
func readOptions(given *structpb.Struct) (options, error) {
	values := given.AsMap()
	read := options{typescript: true, packageManager: npm.AutoPackageManager}
	var nodeArguments, manager string
	for _, problem := range []error{
		readOption(values, "typescript", &read.typescript),
		readOption(values, "tsconfig", &read.tsconfig),
		readOption(values, "nodeargs", &nodeArguments),
		readOption(values, "packagemanager", &manager),
		readOption(values, "production", &read.production),
	} {
		if problem != nil {
			return options{}, problem
		}
	}

	words, err := shlex.Split(nodeArguments)
	if err != nil {
		return options{}, fmt.Errorf("runtime.options.nodeargs: %w, got %q; close every quote", err, nodeArguments)
	}
	read.nodeArguments = words

	if manager != "" {
		known, ok := packageManagers[manager]
		if !ok {
			return options{}, fmt.Errorf("runtime.options.packagemanager: unknown, got %q; use one of %s",
				manager, strings.Join(packageManagerNames(), ", "))
		}
		read.packageManager = known
	}
	return read, nil
}

// environment tells Pulumi's runner about TypeScript.
func (o options) environment() []string {
	var variables []string
	if o.typescript {
		variables = append(variables, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	if o.tsconfig != "" {
		variables = append(variables, "PULUMI_NODEJS_TSCONFIG_PATH="+o.tsconfig)
	}
	return variables
}

// readOption copies one value, when it is there, and refuses another type than the target's.
func readOption[T bool | string](values map[string]any, key string, target *T) error {
	value, there := values[key]
	if !there {
		return nil
	}
	typed, ok := value.(T)
	if !ok {
		return fmt.Errorf("runtime.options.%s: must be a %T, got %v", key, *target, value)
	}
	*target = typed
	return nil
}

func packageManagerNames() []string {
	var names []string
	for name := range packageManagers {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
