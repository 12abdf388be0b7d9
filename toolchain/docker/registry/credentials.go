package registry

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/docker/api/types/registry"
)

// Source is one entry of the provider's `registryAuth`.
type Source struct {
	// Address is the registry's host, with `http://` in front for one without TLS.
	Address string
	// Username and Password are used when Username is set.
	Username, Password string
	// ConfigContent is the content of a Docker configuration file, ConfigFile a path of one; the first wins.
	ConfigContent, ConfigFile string
	// Disabled is for registries that ask for no credentials, where a push still has to carry some.
	Disabled bool
}

// Keyring holds the credentials per registry host.
type Keyring map[string]registry.AuthConfig

// NewKeyring resolves all sources.
func NewKeyring(sources []Source) (Keyring, error) {
	keyring := Keyring{}
	for _, source := range sources {
		host := hostOfAddress(source.Address)
		found, err := source.resolve(host)
		if err != nil {
			return nil, fmt.Errorf("registryAuth: %s: %w", source.Address, err)
		}
		found.ServerAddress = withScheme(source.Address)
		keyring[host] = found
	}
	return keyring, nil
}

func (s Source) resolve(host string) (registry.AuthConfig, error) {
	switch {
	case s.Disabled:
		return registry.AuthConfig{Username: "username", Password: "password"}, nil
	case s.Username != "":
		return registry.AuthConfig{Username: s.Username, Password: s.Password}, nil
	case s.ConfigContent != "":
		return fromConfiguration(s.ConfigContent, host)
	case s.ConfigFile != "":
		content, err := os.ReadFile(expandHome(s.ConfigFile))
		if err != nil {
			return registry.AuthConfig{}, fmt.Errorf("configFile: %w", err)
		}
		return fromConfiguration(string(content), host)
	}
	return registry.AuthConfig{}, nil
}

// fromConfiguration finds a host's credentials in a Docker configuration file, credential helpers included.
func fromConfiguration(content, host string) (registry.AuthConfig, error) {
	configuration := configfile.New("")
	if err := configuration.LoadFromReader(strings.NewReader(content)); err != nil {
		return registry.AuthConfig{}, fmt.Errorf("cannot be read as a Docker configuration file: %w", err)
	}
	keys := []string{host}
	if isHub(host) {
		keys = append([]string{"https://index.docker.io/v1/"}, hubHosts...)
	}
	for _, key := range keys {
		found, err := configuration.GetAuthConfig(key)
		if err != nil {
			return registry.AuthConfig{}, err
		}
		if found.Username != "" || found.IdentityToken != "" || found.RegistryToken != "" {
			return registry.AuthConfig{Username: found.Username, Password: found.Password}, nil
		}
	}
	return registry.AuthConfig{}, nil
}

// Find returns the credentials for a registry host.
func (k Keyring) Find(host string) (registry.AuthConfig, bool) {
	if found, ok := k[host]; ok {
		return found, true
	}
	if isHub(host) {
		for _, name := range hubHosts {
			if found, ok := k[name]; ok {
				return found, true
			}
		}
	}
	return registry.AuthConfig{}, false
}

// Given makes credentials out of values that a resource carries itself.
func Given(address, username, password string) registry.AuthConfig {
	return registry.AuthConfig{ServerAddress: withScheme(address), Username: username, Password: password}
}

// Header encodes credentials the way the engine's API wants them.
func Header(credentials registry.AuthConfig) (string, error) {
	content, err := json.Marshal(credentials)
	if err != nil {
		return "", err
	}
	return base64.URLEncoding.EncodeToString(content), nil
}

func expandHome(path string) string {
	rest, found := strings.CutPrefix(path, "~/")
	if !found {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(home, rest)
}
