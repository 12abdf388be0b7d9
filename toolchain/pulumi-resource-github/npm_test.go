package main

import (
	"testing"

	"towpath.dev/toolchain/bridged"
	"towpath.dev/toolchain/npmsdk"
)

// Every resource, function and field of the npm package is understood, and its values have the same form.
func TestSchemaAgreesWithNpmPackage(t *testing.T) {
	sdk, err := npmsdk.Read("../../node_modules/@pulumi/github")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := bridged.Schema(newProvider())
	if err != nil {
		t.Fatal(err)
	}
	if len(sdk.Resources) == 0 {
		t.Fatal("the npm package has no resources; run npm ci first")
	}
	differences, err := sdk.Differences(schema)
	if err != nil {
		t.Fatal(err)
	}
	for _, difference := range differences {
		t.Error(difference)
	}
	t.Logf("%d resources, %d functions", len(sdk.Resources), len(sdk.Functions))
}
