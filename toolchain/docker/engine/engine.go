// Package engine reaches a Docker engine: over a local socket, over TCP, or over SSH.
package engine

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/docker/cli/cli/connhelper"
	"github.com/docker/docker/client"
)

// Time limits of calls that a working engine answers at once. Calls whose duration depends on the work
// (build, pull, push, wait) have none of their own: they show progress, and the engine of Pulumi can cancel them.
const (
	// AnswerLimit bounds a question, such as inspecting a container.
	AnswerLimit = time.Minute
	// ChangeLimit bounds a change, such as creating a container; filling a new volume from an image takes a while.
	ChangeLimit = 5 * time.Minute
	// greetingLimit bounds the first contact.
	greetingLimit = 20 * time.Second
)

// Settings say which engine to use and how to reach it.
type Settings struct {
	// Host is the address: unix://, npipe://, tcp://, http:// or ssh://.
	Host string
	// SSHOptions are further arguments of the ssh client, used with ssh:// only.
	SSHOptions []string
	// CertPath is a folder with ca.pem, cert.pem and key.pem; empty for no TLS.
	CertPath string
	// SkipGreeting leaves the first contact to the first real call.
	SkipGreeting bool
}

// OverSSH tells whether the engine is reached through an ssh client.
func (s Settings) OverSSH() bool { return strings.HasPrefix(s.Host, "ssh://") }

// Connection is one lazily opened client, shared by all resources of a provider.
type Connection struct {
	settings Settings
	mutex    sync.Mutex
	opened   *client.Client
}

// New describes a connection without opening it.
func New(settings Settings) *Connection { return &Connection{settings: settings} }

// Settings returns what the connection was made from.
func (c *Connection) Settings() Settings { return c.settings }

// Client opens the connection on first use. A failure is not remembered: the next call tries again.
func (c *Connection) Client(ctx context.Context) (*client.Client, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.opened != nil {
		return c.opened, nil
	}
	opened, err := open(c.settings)
	if err != nil {
		return nil, fmt.Errorf("docker engine at %s: %w", c.settings.Host, err)
	}
	if !c.settings.SkipGreeting {
		ctx, cancel := context.WithTimeout(ctx, greetingLimit)
		defer cancel()
		if _, err := opened.Ping(ctx); err != nil {
			_ = opened.Close()
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				err = fmt.Errorf("no answer within %s", greetingLimit)
			}
			return nil, fmt.Errorf("docker engine at %s cannot be reached: %w", c.settings.Host, err)
		}
	}
	c.opened = opened
	return opened, nil
}

func open(settings Settings) (*client.Client, error) {
	if settings.OverSSH() {
		helper, err := connhelper.GetConnectionHelperWithSSHOpts(settings.Host, settings.SSHOptions)
		if err != nil {
			return nil, err
		}
		return client.NewClientWithOpts(client.WithHost(helper.Host), client.WithDialContext(helper.Dialer),
			client.WithAPIVersionNegotiation())
	}
	options := []client.Opt{client.WithHost(settings.Host), client.WithAPIVersionNegotiation()}
	if path := settings.CertPath; path != "" {
		options = append(options, client.WithTLSClientConfig(
			filepath.Join(path, "ca.pem"), filepath.Join(path, "cert.pem"), filepath.Join(path, "key.pem")))
	}
	return client.NewClientWithOpts(options...)
}

// Answer bounds a question to the engine.
func Answer(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, AnswerLimit, fmt.Errorf("no answer within %s", AnswerLimit))
}

// Change bounds a change by the engine, which may take `extra` longer than usual.
func Change(ctx context.Context, extra time.Duration) (context.Context, context.CancelFunc) {
	limit := ChangeLimit + extra
	return context.WithTimeoutCause(ctx, limit, fmt.Errorf("no answer within %s", limit))
}

// Creation bounds the making of something, and goes on when the run is asked to stop: nobody would know of what the engine
// makes all the same, and its name would stand in the next run's way.
func Creation(ctx context.Context) (context.Context, context.CancelFunc) {
	return Change(context.WithoutCancel(ctx), 0)
}

// Explain adds to an error of a bounded call that it was the time limit which ended it.
func Explain(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
			return fmt.Errorf("%w (%v)", err, cause)
		}
	}
	return err
}
