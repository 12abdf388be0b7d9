package image

import (
	"fmt"
	"path"
	"runtime"

	"github.com/docker/docker/api/types/build"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// defaultDockerfile is the Dockerfile's name in the context, when no other is given.
const defaultDockerfile = "Dockerfile"

// wanted is an image as the program describes it.
type wanted struct {
	name     string
	skipPush bool
	registry login
	build    recipe
}

type login struct{ server, username, password string }

// recipe says how to build the image.
type recipe struct {
	context, dockerfile, target, platform, network string
	args                                           map[string]*string
	addHosts, cacheFrom                            []string
	builder                                        build.BuilderVersion
}

// reader takes values out of inputs; an unknown value counts as not given.
type reader resource.PropertyMap

func (r reader) value(name resource.PropertyKey) resource.PropertyValue {
	value := r[name]
	for value.IsSecret() {
		value = value.SecretValue().Element
	}
	if value.IsOutput() {
		if !value.OutputValue().Known {
			return resource.PropertyValue{}
		}
		value = value.OutputValue().Element
	}
	return value
}

func (r reader) text(name resource.PropertyKey) string {
	if value := r.value(name); value.IsString() {
		return value.StringValue()
	}
	return ""
}

func (r reader) flag(name resource.PropertyKey) bool {
	value := r.value(name)
	return value.IsBool() && value.BoolValue()
}

func (r reader) part(name resource.PropertyKey) reader {
	if value := r.value(name); value.IsObject() {
		return reader(value.ObjectValue())
	}
	return reader{}
}

func (r reader) texts(name resource.PropertyKey) []string {
	value := r.value(name)
	if !value.IsArray() {
		return nil
	}
	var found []string
	for _, element := range value.ArrayValue() {
		if item := (reader{"": element}).text(""); item != "" {
			found = append(found, item)
		}
	}
	return found
}

// isUnknown tells whether a value is only known after another resource has been made.
func (r reader) isUnknown(name resource.PropertyKey) bool {
	value, given := r[name]
	return given && value.ContainsUnknowns()
}

// understand reads the inputs of an Image.
func understand(inputs resource.PropertyMap) (wanted, error) {
	given := reader(inputs)
	registry, instructions := given.part("registry"), given.part("build")
	found := wanted{
		name:     given.text("imageName"),
		skipPush: given.flag("skipPush"),
		registry: login{registry.text("server"), registry.text("username"), registry.text("password")},
		build: recipe{
			context:    instructions.text("context"),
			dockerfile: instructions.text("dockerfile"),
			target:     instructions.text("target"),
			platform:   instructions.text("platform"),
			network:    instructions.text("network"),
			addHosts:   instructions.texts("addHosts"),
			cacheFrom:  instructions.part("cacheFrom").texts("images"),
		},
	}
	if found.build.context == "" && !instructions.isUnknown("context") {
		found.build.context = "."
	}
	if found.build.dockerfile == "" && !instructions.isUnknown("dockerfile") {
		found.build.dockerfile = path.Join(found.build.context, defaultDockerfile)
	}
	arguments := instructions.part("args")
	for name := range arguments {
		if value := arguments.value(name); value.IsString() {
			if found.build.args == nil {
				found.build.args = map[string]*string{}
			}
			argument := value.StringValue()
			found.build.args[string(name)] = &argument
		}
	}
	switch version := instructions.text("builderVersion"); version {
	case "", "BuilderBuildKit":
		found.build.builder = build.BuilderBuildKit
	case "BuilderV1":
		found.build.builder = build.BuilderV1
	default:
		return found, fmt.Errorf("build.builderVersion: has to be BuilderV1 or BuilderBuildKit, got %q", version)
	}
	return found, nil
}

// ownPlatform is the platform of images that name none.
func ownPlatform() string { return "linux/" + runtime.GOARCH }
