package remote

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	provider "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/retry"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// dial connects to the host, by way of the proxy where there is one. A host that does not answer is tried
// again, as one that has just been created needs a while.
func (c *Connection) dial(ctx context.Context) (*ssh.Client, error) {
	if c.Proxy == nil {
		return attempt(ctx, "Dial", c.errorLimit(), func() (*ssh.Client, error) {
			return c.connect(func(address string, timeout time.Duration) (net.Conn, error) {
				return net.DialTimeout("tcp", address, timeout)
			})
		})
	}
	proxy, err := attempt(ctx, "Dial proxy", c.Proxy.errorLimit(), func() (*ssh.Client, error) {
		return c.Proxy.connect(func(address string, timeout time.Duration) (net.Conn, error) {
			return net.DialTimeout("tcp", address, timeout)
		})
	})
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	client, err := attempt(ctx, "Dial from proxy", c.errorLimit(), func() (*ssh.Client, error) {
		return c.connect(func(address string, _ time.Duration) (net.Conn, error) {
			return proxy.Dial("tcp", address)
		})
	})
	if err != nil {
		_ = proxy.Close()
		return nil, fmt.Errorf("proxy: %w", err)
	}
	go func() {
		_ = client.Wait()
		_ = proxy.Close()
	}()
	return client, nil
}

// connect makes one attempt, over a network connection that open makes.
func (e *Endpoint) connect(open func(address string, timeout time.Duration) (net.Conn, error)) (*ssh.Client, error) {
	config, release, err := e.login()
	if err != nil {
		return nil, err
	}
	defer release()
	address := net.JoinHostPort(value(e.Host, ""), strconv.Itoa(int(value(e.Port, defaultPort))))
	network, err := open(address, config.Timeout)
	if err != nil {
		return nil, err
	}
	if config.Timeout > 0 {
		// A server that accepts and then says nothing must not hang the attempt.
		_ = network.SetDeadline(time.Now().Add(config.Timeout))
	}
	connection, channels, requests, err := ssh.NewClientConn(network, address, config)
	if err != nil {
		_ = network.Close()
		return nil, err
	}
	_ = network.SetDeadline(time.Time{})
	return ssh.NewClient(connection, channels, requests), nil
}

// login collects the ways to log in. The release function closes the agent's socket.
func (e *Endpoint) login() (config *ssh.ClientConfig, release func(), err error) {
	release = func() {}
	config = &ssh.ClientConfig{
		User:            value(e.User, defaultUser),
		Timeout:         time.Duration(value(e.PerDialTimeout, defaultPerDialTimeout)) * time.Second,
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), //nolint:gosec // documented: hostKey is what prevents it
	}
	if e.HostKey != nil {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(*e.HostKey))
		if err != nil {
			return nil, release, fmt.Errorf("connection.hostKey: not a public key: %w", err)
		}
		config.HostKeyCallback = ssh.FixedHostKey(key)
		config.HostKeyAlgorithms = algorithms(key.Type())
	}
	if e.PrivateKey != nil {
		signer, err := parsePrivateKey(*e.PrivateKey, e.PrivateKeyPassword)
		if err != nil {
			return nil, release, fmt.Errorf("connection.privateKey: %w", err)
		}
		config.Auth = append(config.Auth, ssh.PublicKeys(signer))
	}
	if e.Password != nil {
		config.Auth = append(config.Auth, ssh.Password(*e.Password), ssh.KeyboardInteractive(
			func(_, _ string, questions []string, _ []bool) ([]string, error) {
				answers := make([]string, len(questions))
				for index := range answers {
					answers[index] = *e.Password
				}
				return answers, nil
			}))
	}
	if path := value(e.AgentSocketPath, os.Getenv("SSH_AUTH_SOCK")); path != "" {
		socket, err := net.Dial("unix", path)
		if err != nil {
			return nil, release, fmt.Errorf("connection.agentSocketPath: %w", err)
		}
		release = func() { _ = socket.Close() }
		config.Auth = append(config.Auth, ssh.PublicKeysCallback(agent.NewClient(socket).Signers))
	}
	return config, release, nil
}

// algorithms are the signatures that a host with a key of this type may use; RSA keys sign in three ways.
func algorithms(keyType string) []string {
	if keyType == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA}
	}
	return []string{keyType}
}

func parsePrivateKey(text string, password *string) (ssh.Signer, error) {
	if password != nil {
		return ssh.ParsePrivateKeyWithPassphrase([]byte(text), []byte(*password))
	}
	return ssh.ParsePrivateKey([]byte(text))
}

func (e *Endpoint) errorLimit() int { return value(e.DialErrorLimit, defaultDialErrorLimit) }

// attempt repeats a connection, with growing pauses, until it succeeds, the limit of errors is passed, or the
// operation is cancelled.
func attempt(
	ctx context.Context, what string, limit int, connect func() (*ssh.Client, error),
) (*ssh.Client, error) {
	ok, client, err := retry.Until(ctx, retry.Acceptor{
		Accept: func(try int, _ time.Duration) (bool, any, error) {
			client, err := connect()
			if err == nil {
				return true, client, nil
			}
			failures := try + 1
			if limit >= 0 && failures > limit {
				return true, nil, fmt.Errorf("after %d failed attempts: %w", try, err)
			}
			shown := "inf"
			if limit >= 0 {
				shown = strconv.Itoa(limit)
			}
			provider.GetLogger(ctx).InfoStatusf("%s %d/%s failed: retrying", what, failures, shown)
			return false, nil, nil
		},
	})
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, ctx.Err()
	default:
		return client.(*ssh.Client), nil
	}
}

// value is what a pointer leads to, or the default.
func value[T any](pointer *T, otherwise T) T {
	if pointer == nil {
		return otherwise
	}
	return *pointer
}
