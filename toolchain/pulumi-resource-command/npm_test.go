package main

import (
	"context"
	"testing"

	"github.com/blang/semver"
	provider "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/integration"

	"towpath.dev/toolchain/npmsdk"
)

// deprecated resources of the npm package are not implemented.
var deprecated = []string{"command:remote:CopyFile"}

// Every resource, function and field of the npm package is understood, and its values have the same form.
func TestSchemaAgreesWithNpmPackage(t *testing.T) {
	sdk, err := npmsdk.Read("../../node_modules/@pulumi/command")
	if err != nil {
		t.Fatal(err)
	}
	if len(sdk.Resources) == 0 {
		t.Fatal("the npm package has no resources; run npm ci first")
	}
	for _, token := range deprecated {
		delete(sdk.Resources, token)
	}
	server, err := integration.NewServer(context.Background(), "command", semver.MustParse("1.0.0"),
		integration.WithProvider(newProvider()))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.GetSchema(provider.GetSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	differences, err := sdk.Differences([]byte(answer.Schema))
	if err != nil {
		t.Fatal(err)
	}
	for _, difference := range differences {
		t.Error(difference)
	}
}
