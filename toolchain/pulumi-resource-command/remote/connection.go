// Package remote runs commands and copies files over SSH.
package remote

import "github.com/pulumi/pulumi-go-provider/infer"

// Connection says how to reach a host.
type Connection struct {
	Endpoint
	Proxy *ProxyConnection `pulumi:"proxy,optional"`
}

// ProxyConnection says how to reach the host that leads to another one.
type ProxyConnection struct {
	Endpoint
}

// Endpoint is one SSH server and how to log in there.
type Endpoint struct {
	Host               *string  `pulumi:"host"`
	Port               *float64 `pulumi:"port,optional"`
	User               *string  `pulumi:"user,optional"`
	Password           *string  `pulumi:"password,optional" provider:"secret"`
	PrivateKey         *string  `pulumi:"privateKey,optional" provider:"secret"`
	PrivateKeyPassword *string  `pulumi:"privateKeyPassword,optional" provider:"secret"`
	AgentSocketPath    *string  `pulumi:"agentSocketPath,optional"`
	HostKey            *string  `pulumi:"hostKey,optional"`
	DialErrorLimit     *int     `pulumi:"dialErrorLimit,optional"`
	PerDialTimeout     *int     `pulumi:"perDialTimeout,optional"`
}

// The defaults of an endpoint.
const (
	defaultUser           = "root"
	defaultPort           = 22
	defaultDialErrorLimit = 10
	defaultPerDialTimeout = 15 // seconds
)

// Annotate describes the type in the schema.
func (c *Connection) Annotate(annotator infer.Annotator) {
	annotator.Describe(&c, "How to reach a host.")
	annotator.Describe(&c.Proxy, "The host through which the connection goes.")
	c.Endpoint.annotate(annotator)
}

// Annotate describes the type in the schema.
func (c *ProxyConnection) Annotate(annotator infer.Annotator) {
	annotator.Describe(&c, "How to reach the host that leads to another one.")
	c.Endpoint.annotate(annotator)
}

func (e *Endpoint) annotate(annotator infer.Annotator) {
	annotator.Describe(&e.Host, "The host's name or address.")
	annotator.Describe(&e.Port, "The port of the SSH server.")
	annotator.SetDefault(&e.Port, defaultPort)
	annotator.Describe(&e.User, "The user to log in as.")
	annotator.SetDefault(&e.User, defaultUser)
	annotator.Describe(&e.Password, "The password; a private key is tried first.")
	annotator.Describe(&e.PrivateKey, "The text of a private key.")
	annotator.Describe(&e.PrivateKeyPassword, "The passphrase of the private key.")
	annotator.Describe(&e.AgentSocketPath, "The socket of an SSH agent; that of SSH_AUTH_SOCK by default.")
	annotator.Describe(&e.HostKey, "The public key that the host must have; every key is accepted without it.")
	annotator.Describe(&e.DialErrorLimit, "How many attempts to connect may fail; -1 is without limit.")
	annotator.SetDefault(&e.DialErrorLimit, defaultDialErrorLimit)
	annotator.Describe(&e.PerDialTimeout, "Seconds that one attempt to connect may take; 0 is without limit.")
	annotator.SetDefault(&e.PerDialTimeout, defaultPerDialTimeout)
}
