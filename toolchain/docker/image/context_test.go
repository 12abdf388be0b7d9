package image

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/build"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func save(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestDigestFollowsWhatTheBuilderSees(t *testing.T) {
	folder := t.TempDir()
	dockerfile := filepath.Join(folder, "Dockerfile")
	digest := func() string {
		found, err := digestContext(folder, dockerfile)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	save(t, dockerfile, "FROM scratch\n")
	save(t, filepath.Join(folder, ".dockerignore"), "ignored\n")
	save(t, filepath.Join(folder, "deep/content"), "one")
	first := digest()
	save(t, filepath.Join(folder, "ignored"), "anything")
	if digest() != first {
		t.Error("an ignored file changed the digest")
	}
	save(t, filepath.Join(folder, "deep/content"), "two")
	second := digest()
	if second == first {
		t.Error("another content did not change the digest")
	}
	if err := os.Chmod(filepath.Join(folder, "deep/content"), 0o755); err != nil {
		t.Fatal(err)
	}
	if digest() == second {
		t.Error("another mode did not change the digest")
	}
}

func TestUnderstandFillsInDefaults(t *testing.T) {
	found, err := understand(resource.PropertyMap{"build": resource.NewProperty(resource.PropertyMap{
		"context": resource.MakeSecret(resource.NewProperty("app")),
		"args": resource.NewProperty(resource.PropertyMap{
			"KNOWN": resource.NewProperty("yes"), "UNKNOWN": resource.MakeComputed(resource.NewProperty("")),
		}),
	})})
	if err != nil {
		t.Fatal(err)
	}
	if found.build.dockerfile != "app/Dockerfile" || found.build.builder != build.BuilderBuildKit {
		t.Errorf("expected the defaults, got %+v", found.build)
	}
	if len(found.build.args) != 1 || *found.build.args["KNOWN"] != "yes" {
		t.Errorf("expected the known argument alone, got %v", found.build.args)
	}
}

func TestProgressExplainsAFailedStep(t *testing.T) {
	stream := `{"stream":"Step 1/2 : RUN a\n"}{"stream":"fine\n"}{"stream":"Step 2/2 : RUN b\n"}{"stream":"why\n"}` +
		`{"errorDetail":{"message":"exit code: 3"},"error":"exit code: 3"}`
	var shown []string
	err := (&progress{show: func(line string) { shown = append(shown, line) }}).follow(strings.NewReader(stream))
	if err == nil || err.Error() != "exit code: 3\n  Step 2/2 : RUN b\n  why" {
		t.Errorf("expected the error and its step's output, got %v", err)
	}
	if len(shown) != 4 {
		t.Errorf("expected every line to be shown once, got %q", shown)
	}
}

func TestServerOf(t *testing.T) {
	for _, test := range []struct{ image, given, expected string }{
		{"docker.io/library/thing:1", "", hubServer},
		{"registry.test:5000/thing", "", "registry.test:5000"},
		{"thing", "https://registry.test/v2", "registry.test"},
	} {
		if found, err := serverOf(test.image, test.given); err != nil || found != test.expected {
			t.Errorf("%v: expected %s, got %s, %v", test, test.expected, found, err)
		}
	}
	if _, err := serverOf("thing", ""); err == nil {
		t.Error("expected an error for a name without a registry")
	}
}
