package image

import (
	"fmt"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/credentials"
	dockertypes "github.com/docker/cli/cli/config/types"
	"github.com/docker/docker/api/types/registry"
)

// hubServer is the key of Docker Hub's credentials in Docker's configuration file.
const hubServer = "https://index.docker.io/v1/"

// personal reads the user's own Docker configuration, with the credential store of the platform.
func personal() (*configfile.ConfigFile, error) {
	found, err := config.Load(config.Dir())
	if err != nil {
		return nil, fmt.Errorf("docker's configuration file: %w", err)
	}
	found.CredentialsStore = credentials.DetectDefaultStore(found.CredentialsStore)
	return found, nil
}

// serverOf returns the registry that an image is pushed to, as Docker's configuration names it.
func serverOf(image, given string) (string, error) {
	host := credentials.ConvertToHostname(given)
	if given == "" {
		named, err := reference.ParseNamed(image)
		if err != nil {
			return "", fmt.Errorf("imageName: has to name its registry, such as docker.io/%s, got %q; or set skipPush: %w",
				image, image, err)
		}
		host = reference.Domain(named)
	}
	switch host {
	case "docker.io", "index.docker.io", "registry-1.docker.io":
		return hubServer, nil
	}
	return host, nil
}

// access finds the credentials for pushing an image: the program's, or else those of the user's configuration.
// The warning says why the program's are not used.
func access(image wanted, own *configfile.ConfigFile) (found registry.AuthConfig, warning string, err error) {
	server, err := serverOf(image.name, image.registry.server)
	if err != nil {
		return found, "", err
	}
	given := image.registry
	if given.username != "" && given.password != "" {
		return registry.AuthConfig{Username: given.username, Password: given.password, ServerAddress: server}, "", nil
	}
	switch {
	case given.username != "":
		warning = "registry.password is not set, so registry.username is not used"
	case given.password != "":
		warning = "registry.username is not set, so registry.password is not used"
	}
	stored, err := own.GetAuthConfig(server)
	if err != nil {
		return found, warning, fmt.Errorf("credentials for %s: %w", server, err)
	}
	return registry.AuthConfig(stored), warning, nil
}

// wallet returns all credentials that a build may need, for the classic builder, and adds the program's own to
// the configuration that BuildKit asks.
func wallet(own *configfile.ConfigFile, pushing *registry.AuthConfig) (map[string]registry.AuthConfig, error) {
	stored, err := own.GetAllCredentials()
	if err != nil {
		return nil, fmt.Errorf("docker's stored credentials: %w", err)
	}
	all := make(map[string]registry.AuthConfig, len(stored)+1)
	for server, one := range stored {
		all[server] = registry.AuthConfig(one)
	}
	if pushing != nil && pushing.ServerAddress != "" {
		all[pushing.ServerAddress] = *pushing
		own.AuthConfigs[pushing.ServerAddress] = dockertypes.AuthConfig(*pushing)
	}
	return all, nil
}
