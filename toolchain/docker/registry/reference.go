// Package registry talks to image registries: names, credentials, and the digests behind tags.
package registry

import (
	"strings"

	"github.com/distribution/reference"
)

// hubHosts are the names under which Docker Hub is known; credentials for one of them serve all.
var hubHosts = []string{"registry-1.docker.io", "index.docker.io", "docker.io", "registry.hub.docker.com"}

// Host returns the registry's host of an image name: `docker.io` when the name has none.
func Host(image string) (string, error) {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return "", err
	}
	return reference.Domain(named), nil
}

// hostOfAddress strips scheme and path of a registry's address.
func hostOfAddress(address string) string {
	_, rest, found := strings.Cut(address, "://")
	if !found {
		rest = address
	}
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// withScheme returns the address as scheme and host; registries speak https unless the address says http.
func withScheme(address string) string {
	if strings.HasPrefix(address, "http://") {
		return "http://" + hostOfAddress(address)
	}
	return "https://" + hostOfAddress(address)
}

func isHub(host string) bool {
	for _, known := range hubHosts {
		if host == known {
			return true
		}
	}
	return false
}
