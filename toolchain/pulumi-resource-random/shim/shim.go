// Package shim opens the internal package of Terraform's random provider.
//
// Go lets only packages below that module's own path import it, which is why this folder is a module of its
// own with a name below that path.
package shim

import (
	"github.com/hashicorp/terraform-plugin-framework/provider"
	upstream "github.com/terraform-providers/terraform-provider-random/internal/provider"
)

// New makes the provider.
func New() provider.Provider {
	return upstream.New()
}
