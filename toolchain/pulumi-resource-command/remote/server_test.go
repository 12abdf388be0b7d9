package remote

import (
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"net"
	"os/exec"
	"strconv"
	"testing"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// sshServer runs commands on this machine for who logs in with the password.
type sshServer struct {
	port    float64
	hostKey string
}

const password = "open sesame"

// startServer serves until the test ends. Variables whose names start with "LC_" are accepted, others refused.
func startServer(t *testing.T) sshServer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	config := &ssh.ServerConfig{
		PasswordCallback: func(_ ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
			if string(given) != password {
				return nil, io.EOF
			}
			return nil, nil
		},
	}
	config.AddHostKey(signer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(connection, config)
		}
	}()
	return sshServer{
		port:    float64(listener.Addr().(*net.TCPAddr).Port),
		hostKey: string(ssh.MarshalAuthorizedKey(signer.PublicKey())),
	}
}

func serve(network net.Conn, config *ssh.ServerConfig) {
	_, channels, requests, err := ssh.NewServerConn(network, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		switch offered.ChannelType() {
		case "session":
			channel, requests, err := offered.Accept()
			if err == nil {
				go serveSession(channel, requests)
			}
		case "direct-tcpip":
			go forward(offered)
		default:
			_ = offered.Reject(ssh.UnknownChannelType, "")
		}
	}
}

// forward connects a channel to the address that it asks for, as a bastion does.
func forward(offered ssh.NewChannel) {
	var target struct {
		Host       string
		Port       uint32
		OriginHost string
		OriginPort uint32
	}
	_ = ssh.Unmarshal(offered.ExtraData(), &target)
	network, err := net.Dial("tcp", net.JoinHostPort(target.Host, strconv.Itoa(int(target.Port))))
	if err != nil {
		_ = offered.Reject(ssh.ConnectionFailed, err.Error())
		return
	}
	channel, requests, err := offered.Accept()
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	go func() {
		_, _ = io.Copy(network, channel)
		_ = network.Close()
	}()
	_, _ = io.Copy(channel, network)
	_ = channel.Close()
}

func serveSession(channel ssh.Channel, requests <-chan *ssh.Request) {
	var environment []string
	for request := range requests {
		var text struct{ Name, Value string }
		_ = ssh.Unmarshal(request.Payload, &text)
		switch request.Type {
		case "env":
			accepted := len(text.Name) > 3 && text.Name[:3] == "LC_"
			if accepted {
				environment = append(environment, text.Name+"="+text.Value)
			}
			_ = request.Reply(accepted, nil)
		case "exec":
			_ = request.Reply(true, nil)
			var line struct{ Command string }
			_ = ssh.Unmarshal(request.Payload, &line)
			go execute(channel, line.Command, environment)
		case "subsystem":
			_ = request.Reply(true, nil)
			go func() {
				server, err := sftp.NewServer(channel)
				if err == nil {
					_ = server.Serve()
				}
				_ = channel.Close()
			}()
		default:
			_ = request.Reply(false, nil)
		}
	}
}

func execute(channel ssh.Channel, line string, environment []string) {
	command := exec.Command("/bin/sh", "-c", line)
	command.Env = environment
	command.Stdin, command.Stdout, command.Stderr = channel, channel, channel.Stderr()
	_ = command.Run()
	status := ssh.Marshal(struct{ Code uint32 }{uint32(command.ProcessState.ExitCode())})
	_, _ = channel.SendRequest("exit-status", false, status)
	_ = channel.Close()
}
