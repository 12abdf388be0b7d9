package main

import (
	"github.com/integrations/terraform-provider-github/v6/github"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

// autonameLength is the longest name that is made up for a resource whose name is not given.
const autonameLength = 255

// newProvider maps Terraform's names to Pulumi's: github_repository becomes github:index/repository:Repository.
// What differs from the rule, and what behaves otherwise than upstream, stands below.
func newProvider() tfbridge.ProviderInfo {
	// These resources cannot stand twice at GitHub, so the old one goes first.
	single := func() *tfbridge.ResourceInfo { return &tfbridge.ResourceInfo{DeleteBeforeReplace: true} }
	info := tfbridge.ProviderInfo{
		P:                              sdkv2.NewProvider(github.NewProvider(version, "")()),
		Name:                           "github",
		DisplayName:                    "GitHub",
		Description:                    "GitHub organizations, repositories and their settings",
		License:                        "Apache-2.0",
		Version:                        version,
		MetadataInfo:                   tfbridge.NewProviderMetadata([]byte("{}")),
		EnableZeroDefaultSchemaVersion: true,
		EnableAccurateBridgePreview:    true,
		EnableRawStateDelta:            true,
		Config: map[string]*tfbridge.SchemaInfo{
			"base_url": {Default: &tfbridge.DefaultInfo{
				EnvVars: []string{"GITHUB_BASE_URL"},
				Value:   "https://api.github.com/",
			}},
			"token": {
				Default: &tfbridge.DefaultInfo{EnvVars: []string{"GITHUB_TOKEN"}},
				Secret:  tfbridge.True(),
			},
		},
		Resources: map[string]*tfbridge.ResourceInfo{
			"github_actions_environment_secret":    single(),
			"github_repository_autolink_reference": single(),
			"github_repository_collaborator":       single(),
			"github_repository_deploy_key":         single(),

			"github_actions_organization_secret":    selectedRepositoriesReplace(),
			"github_codespaces_organization_secret": selectedRepositoriesReplace(),
			"github_dependabot_organization_secret": selectedRepositoriesReplace(),

			// Upstream allows one block, in which there are several reviewers; the npm package has kept the list.
			"github_repository_environment": {Fields: map[string]*tfbridge.SchemaInfo{
				"reviewers": {MaxItemsOne: tfbridge.False()},
			}},
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			// "app" alone says too little beside the many kinds of apps.
			"github_app": {Tok: "github:index/getGithubApp:getGithubApp"},
		},
	}
	info.MustComputeTokens(tokens.SingleModule("github_", "index", tokens.MakeStandard("github")))
	info.SetAutonaming(autonameLength, "-")
	return info
}

// selectedRepositoriesReplace makes a changed choice of repositories replace a secret of an organization.
func selectedRepositoriesReplace() *tfbridge.ResourceInfo {
	return &tfbridge.ResourceInfo{Fields: map[string]*tfbridge.SchemaInfo{
		"selected_repository_ids": {ForceNew: tfbridge.True()},
	}}
}
