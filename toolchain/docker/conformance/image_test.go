package conformance

import (
	"context"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// builders are both builders of the engine.
var builders = []string{"BuilderV1", "BuilderBuildKit"}

func onBothBuilders(t *testing.T, test func(t *testing.T, builder string)) {
	for _, builder := range builders {
		t.Run(builder, func(t *testing.T) {
			t.Parallel()
			test(t, builder)
		})
	}
}

// built is an image with the one output that matters.
type built struct {
	pulumi.CustomResourceState
	RepoDigest pulumi.StringOutput `pulumi:"repoDigest"`
}

// building is a program that builds a folder into an image that stays on the engine.
func building(builder, name, folder string, more pulumi.Map) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		instructions := pulumi.Map{
			"context": pulumi.String(folder), "builderVersion": pulumi.String(builder), "platform": pulumi.String("linux/amd64"),
			"target": pulumi.String("wanted"), "args": pulumi.StringMap{"GREETING": pulumi.String("hello")},
		}
		for key, value := range more {
			instructions[key] = value
		}
		made := &built{}
		err := ctx.RegisterResource(imageType, name, pulumi.Map{
			"imageName": pulumi.String(name + ":1"), "skipPush": pulumi.Bool(true), "build": instructions,
		}, made)
		ctx.Export("digest", made.RepoDigest)
		return err
	}
}

func dockerfile(last string) string {
	return "FROM " + surroundings.base + " AS wanted\nARG GREETING\nLABEL greeting=${GREETING}\nCOPY . /data/\n" + last +
		"\nFROM wanted AS other\nLABEL greeting=wrong\n"
}

func TestImageIsBuiltAndRebuilt(t *testing.T) {
	t.Parallel()
	onBothBuilders(t, func(t *testing.T, builder string) {
		folder, name := t.TempDir(), named("built-"+strings.ToLower(builder))
		write(t, folder, map[string]string{
			"Dockerfile": dockerfile(`RUN ["/tool","print","built"]`), "content": "one", "ignored": "one", ".dockerignore": "ignored\n",
		})
		s := freshStack(t)
		program := building(builder, name, folder, nil)
		first := s.mustUp(program, changes{"create": 2})["digest"]
		found, err := surroundings.docker.ImageInspect(context.Background(), name+":1")
		if err != nil || found.ID != first || found.Config.Labels["greeting"] != "hello" {
			t.Fatalf("expected the engine's id and the build argument, got %v, %v, %v", first, found.ID, err)
		}
		s.mustStay(program)
		save(t, folder+"/ignored", "two")
		s.mustUp(program, changes{})
		save(t, folder+"/content", "two")
		second := s.mustUp(program, changes{"update": 1})["digest"]
		if second == first {
			t.Errorf("expected another image for another content")
		}
		state := s.state(name)
		for output, expected := range map[string]any{
			"imageName": name + ":1", "baseImageName": name + ":1", "repoDigest": second, "dockerfile": "Dockerfile",
			"context": folder, "platform": "linux/amd64", "registryServer": "",
		} {
			if state.Outputs[output] != expected {
				t.Errorf("output %s: expected %v, got %v", output, expected, state.Outputs[output])
			}
		}
		if string(state.ID) != name+":1" {
			t.Errorf("id: expected the image's name, got %s", state.ID)
		}
	})
}

func TestImageWithDockerfileOutsideOfItsContext(t *testing.T) {
	t.Parallel()
	onBothBuilders(t, func(t *testing.T, builder string) {
		folder, elsewhere := t.TempDir(), t.TempDir()
		write(t, folder, map[string]string{"content": "one", ".dockerignore": "*\n!content\n"})
		write(t, elsewhere, map[string]string{"Other.Dockerfile": dockerfile("")})
		s := freshStack(t)
		name := named("outside-" + strings.ToLower(builder))
		program := building(builder, name, folder, pulumi.Map{"dockerfile": pulumi.String(elsewhere + "/Other.Dockerfile")})
		s.mustUp(program, changes{"create": 2})
		s.mustUp(program, changes{})
	})
}

func TestImageThatCannotBeBuilt(t *testing.T) {
	t.Parallel()
	onBothBuilders(t, func(t *testing.T, builder string) {
		folder := t.TempDir()
		write(t, folder, map[string]string{"Dockerfile": dockerfile(`RUN ["/tool","fail","37","the reason"]`)})
		s := freshStack(t)
		name := named("failing-" + strings.ToLower(builder))
		if _, err := s.up(building(builder, name, folder, nil)); err == nil {
			t.Fatal("expected an error")
		}
		message := strings.Join(s.problems(), "\n")
		if countProblems(s, "37") != 1 || strings.Count(message, "/tool fail 37") != 1 {
			t.Errorf("expected the build's own error once, got %s", message)
		}
		if *isSubset && !strings.Contains(strings.Join(s.problems(), "\n"), "\n  the reason") {
			t.Errorf("expected the output of the failing step, got %s", s.problems())
		}
		for _, one := range s.resources() {
			if one.URN.Name() == name {
				t.Errorf("state: expected no image that was not built")
			}
		}
		write(t, folder, map[string]string{"Dockerfile": dockerfile(`RUN ["/tool","print","repaired"]`)})
		if _, err := s.up(building(builder, name, folder, nil)); err != nil {
			t.Errorf("expected the repair to succeed, got %v", err)
		}
	})
}

func countProblems(s *stack, part string) int {
	found := 0
	for _, problem := range s.problems() {
		if strings.Contains(problem, part) {
			found++
		}
	}
	return found
}

func TestImageWithBadInputs(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write(t, folder, map[string]string{"Dockerfile": dockerfile("")})
	s := freshStack(t)
	for what, program := range map[string]pulumi.RunFunc{
		"Nofile":         building("BuilderV1", named("bad"), folder, pulumi.Map{"dockerfile": pulumi.String(folder + "/Nofile")}),
		"BuilderVersion": building("BuilderV3", named("bad"), folder, nil),
		"docker.io": one(imageType, named("bad"), pulumi.Map{"imageName": pulumi.String("unqualified"),
			"build": pulumi.Map{"context": pulumi.String(folder)}}),
	} {
		if _, err := s.preview(program); err == nil {
			t.Errorf("%s: expected a preview to fail", what)
		}
		part := map[string]string{"BuilderVersion": "uilder"}[what]
		if part == "" {
			part = what
		}
		if countProblems(s, part) == 0 {
			t.Errorf("%s: expected an error that names it, got %v", what, s.problems())
		}
	}
}
