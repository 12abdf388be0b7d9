// Package resources implements Docker's resources and look-ups with the property names, defaults and
// replacements of the official plugin.
package resources

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/docker/client"
	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"

	"towpath.dev/toolchain/docker/engine"
	"towpath.dev/toolchain/docker/registry"
)

// Meta is what a configured provider shares between its resources.
type Meta struct {
	// Connection leads to the Docker engine.
	Connection *engine.Connection
	// Keyring holds the credentials of `registryAuth`.
	Keyring registry.Keyring
}

// Provider returns the resources and look-ups. Configuring it hands its Meta to `configured`.
func Provider(configured func(*Meta)) *schema.Provider {
	return &schema.Provider{
		Schema: providerFields(),
		ResourcesMap: map[string]*schema.Resource{
			"docker_container":      Container(),
			"docker_image":          RemoteImage(),
			"docker_network":        Network(),
			"docker_registry_image": RegistryImage(),
			"docker_tag":            Tag(),
			"docker_volume":         Volume(),
		},
		DataSourcesMap: map[string]*schema.Resource{
			"docker_image":          RemoteImageLookup(),
			"docker_network":        NetworkLookup(),
			"docker_registry_image": RegistryImageLookup(),
		},
		ConfigureContextFunc: func(_ context.Context, data *schema.ResourceData) (any, diag.Diagnostics) {
			meta, err := configure(data)
			if err != nil {
				return nil, diag.FromErr(err)
			}
			configured(meta)
			return meta, nil
		},
	}
}

func fromEnvironment(name string, fallback any) trait {
	return func(s *schema.Schema) { s.DefaultFunc = schema.EnvDefaultFunc(name, fallback) }
}

func providerFields() fields {
	sshOptions := texts()
	sshOptions.DefaultFunc = func() (any, error) {
		if given := strings.Fields(os.Getenv("DOCKER_SSH_OPTS")); len(given) > 0 {
			return anyOf(given), nil
		}
		return nil, nil
	}
	configFile := text()
	configFile.DefaultFunc = func() (any, error) { return defaultConfigFile(), nil }
	return fields{
		"host":                        text(required, fromEnvironment("DOCKER_HOST", DefaultHost())),
		"context":                     text(fromEnvironment("DOCKER_CONTEXT", "")),
		"ssh_opts":                    sshOptions,
		"cert_path":                   text(fromEnvironment("DOCKER_CERT_PATH", "")),
		"ca_material":                 text(fromEnvironment("DOCKER_CA_MATERIAL", "")),
		"cert_material":               text(fromEnvironment("DOCKER_CERT_MATERIAL", "")),
		"key_material":                text(fromEnvironment("DOCKER_KEY_MATERIAL", "")),
		"disable_docker_daemon_check": flag(otherwise(false)),
		"registry_auth": setOf(fields{
			"address":             text(required, matching(`.`, "the address of a registry")),
			"username":            text(fromEnvironment("DOCKER_REGISTRY_USER", "")),
			"password":            text(sensitive, fromEnvironment("DOCKER_REGISTRY_PASS", "")),
			"config_file":         configFile,
			"config_file_content": text(),
			"auth_disabled":       flag(otherwise(false)),
		}),
	}
}

// defaultConfigFile follows DOCKER_CONFIG, which names the folder, or, as some have it, the file.
func defaultConfigFile() string {
	given := os.Getenv("DOCKER_CONFIG")
	if given == "" {
		return "~/.docker/config.json"
	}
	if found, err := os.Stat(given); err == nil && found.IsDir() {
		return filepath.Join(given, "config.json")
	}
	return given
}

// unsupportedSettings are provider settings that would lead to another engine if they were ignored.
var unsupportedSettings = []struct{ field, shown, variable string }{
	{"context", "context", "DOCKER_CONTEXT"},
	{"ca_material", "caMaterial", "DOCKER_CA_MATERIAL"},
	{"cert_material", "certMaterial", "DOCKER_CERT_MATERIAL"},
	{"key_material", "keyMaterial", "DOCKER_KEY_MATERIAL"},
}

func configure(data *schema.ResourceData) (*Meta, error) {
	for _, one := range unsupportedSettings {
		if data.Get(one.field).(string) != "" {
			return nil, fmt.Errorf("docker:%s (or %s in the environment): not supported by this build of the plugin; "+
				"set docker:host, or use the official plugin", one.shown, one.variable)
		}
	}
	var sources []registry.Source
	for _, given := range bags(data.Get("registry_auth")) {
		sources = append(sources, registry.Source{
			Address:       given.text("address"),
			Username:      given.text("username"),
			Password:      given.text("password"),
			ConfigFile:    given.text("config_file"),
			ConfigContent: given.text("config_file_content"),
			Disabled:      given.flag("auth_disabled"),
		})
	}
	keyring, err := registry.NewKeyring(sources)
	if err != nil {
		return nil, err
	}
	return &Meta{Keyring: keyring, Connection: engine.New(engine.Settings{
		Host:         data.Get("host").(string),
		SSHOptions:   textsOf(data.Get("ssh_opts")),
		CertPath:     data.Get("cert_path").(string),
		SkipGreeting: data.Get("disable_docker_daemon_check").(bool),
	})}, nil
}

// DefaultHost is where a Docker engine listens when nobody says otherwise.
func DefaultHost() string { return client.DefaultDockerHost }

func connect(ctx context.Context, meta any) (*client.Client, error) {
	return meta.(*Meta).Connection.Client(ctx)
}
