package registry

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/docker/docker/api/types/registry"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// requestLimit bounds one question to a registry, its authentication included.
const requestLimit = time.Minute

// Digest returns the digest behind an image name, as the registry stores it.
func Digest(ctx context.Context, image string, credentials registry.AuthConfig, insecure bool) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	parsed, options, err := request(ctx, image, credentials, insecure)
	if err != nil {
		return "", err
	}
	descriptor, err := remote.Head(parsed, options...)
	if err != nil && !IsMissing(err) {
		// Some registries refuse HEAD, or leave the digest out of its answer.
		full, getErr := remote.Get(parsed, options...)
		if getErr != nil {
			return "", getErr
		}
		return full.Digest.String(), nil
	}
	if err != nil {
		return "", err
	}
	return descriptor.Digest.String(), nil
}

// Delete removes a manifest from the registry; one that is gone already is no error.
func Delete(ctx context.Context, image, digest string, credentials registry.AuthConfig, insecure bool) error {
	ctx, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	parsed, options, err := request(ctx, image, credentials, insecure)
	if err != nil {
		return err
	}
	if err := remote.Delete(parsed.Context().Digest(digest), options...); err != nil && !IsMissing(err) {
		return err
	}
	return nil
}

// IsMissing tells whether a registry answered that there is no such image.
func IsMissing(err error) bool {
	var answer *transport.Error
	return errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound
}

func request(ctx context.Context, image string, credentials registry.AuthConfig, insecure bool) (
	name.Reference, []remote.Option, error,
) {
	var naming []name.Option
	if strings.HasPrefix(credentials.ServerAddress, "http://") {
		naming = append(naming, name.Insecure)
	}
	parsed, err := name.ParseReference(image, naming...)
	if err != nil {
		return nil, nil, fmt.Errorf("image name %q: %w", image, err)
	}
	authenticator := authn.Anonymous
	if credentials.Username != "" {
		authenticator = &authn.Basic{Username: credentials.Username, Password: credentials.Password}
	}
	options := []remote.Option{remote.WithContext(ctx), remote.WithAuth(authenticator)}
	if insecure {
		insecureTransport := remote.DefaultTransport.(*http.Transport).Clone()
		insecureTransport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // asked for by the user
		options = append(options, remote.WithTransport(insecureTransport))
	}
	return parsed, options, nil
}
