package conformance

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"path/filepath"
	"reflect"
	"syscall"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// everything is a container with nearly all fields, on a network and with a volume of its own.
func everything(name, sourceFile string, ports [2]int) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		network, data := &custom{}, &custom{}
		labels := pulumi.MapArray{pulumi.Map{"label": pulumi.String("suite"), "value": pulumi.String("conformance")}}
		if err := ctx.RegisterResource(networkType, name+"-network", pulumi.Map{
			"name": pulumi.String(name + "-network"), "labels": labels,
			"ipamConfigs": pulumi.MapArray{pulumi.Map{"subnet": pulumi.String(surroundings.subnet + ".0/24")}},
		}, network); err != nil {
			return err
		}
		if err := ctx.RegisterResource(volumeType, name+"-data", pulumi.Map{
			"name": pulumi.String(name + "-data"), "labels": labels,
		}, data); err != nil {
			return err
		}
		return ctx.RegisterResource(containerType, name, pulumi.Map{
			"image":       pulumi.String(surroundings.base),
			"command":     list("serve"),
			"entrypoints": list("/tool"),
			"envs":        list("B=2", "A=1", "C=x=y"),
			"labels":      labels,
			"user":        pulumi.String("1000:1000"),
			"workingDir":  pulumi.String("/data"),
			"hostname":    pulumi.String("everything"),
			"domainname":  pulumi.String("example.test"),
			"ports": pulumi.MapArray{
				// Not in the order in which the engine reports them.
				pulumi.Map{"internal": pulumi.Int(9000), "external": pulumi.Int(ports[0]), "ip": pulumi.String("127.0.0.1")},
				pulumi.Map{"internal": pulumi.Int(8000), "external": pulumi.Int(ports[1]), "ip": pulumi.String("127.0.0.1")},
			},
			"volumes": pulumi.MapArray{
				pulumi.Map{"volumeName": data.ID(), "containerPath": pulumi.String("/kept"), "readOnly": pulumi.Bool(true)},
				pulumi.Map{"containerPath": pulumi.String("/anonymous")},
			},
			"mounts": pulumi.MapArray{
				pulumi.Map{"type": pulumi.String("tmpfs"), "target": pulumi.String("/scratch"),
					"tmpfsOptions": pulumi.Map{"sizeBytes": pulumi.Int(1 << 20), "mode": pulumi.Int(0o1777)}},
				pulumi.Map{"type": pulumi.String("bind"), "target": pulumi.String("/source"),
					"source": pulumi.String(filepath.Dir(sourceFile)), "readOnly": pulumi.Bool(true),
					"bindOptions": pulumi.Map{"propagation": pulumi.String("rprivate")}},
			},
			"tmpfs": pulumi.StringMap{"/run": pulumi.String("size=65536k")},
			"networksAdvanced": pulumi.MapArray{pulumi.Map{
				"name": network.ID(), "aliases": list("first", "second"), "ipv4Address": pulumi.String(surroundings.subnet + ".9"),
			}},
			"uploads": pulumi.MapArray{
				pulumi.Map{"file": pulumi.String("/etc/plain"), "content": pulumi.String("plain\n")},
				pulumi.Map{"file": pulumi.String("/etc/deep/encoded"), "permissions": pulumi.String("0600"),
					"contentBase64": pulumi.String(base64.StdEncoding.EncodeToString([]byte{0, 255, 10}))},
				pulumi.Map{"file": pulumi.String("/etc/script"), "executable": pulumi.Bool(true),
					"source": pulumi.String(sourceFile), "sourceHash": pulumi.String("1")},
			},
			"healthcheck": pulumi.Map{
				"tests": list("CMD", "/tool", "print", "fine"), "interval": pulumi.String("1s"),
				"timeout": pulumi.String("1m30s"), "startPeriod": pulumi.String("2s"), "retries": pulumi.Int(2),
			},
			"restart": pulumi.String("unless-stopped"), "memory": pulumi.Int(64), "memorySwap": pulumi.Int(-1),
			"memoryReservation": pulumi.Int(32), "shmSize": pulumi.Int(32), "cpuShares": pulumi.Int(512),
			"cpuSet": pulumi.String("0"), "cpus": pulumi.String("0.5"),
			"ulimits": pulumi.MapArray{pulumi.Map{
				"name": pulumi.String("nofile"), "soft": pulumi.Int(1024), "hard": pulumi.Int(2048),
			}},
			"capabilities": pulumi.Map{"drops": list("ALL"), "adds": list("CAP_NET_BIND_SERVICE")},
			"securityOpts": list("no-new-privileges:true"), "groupAdds": list("2000"),
			"readOnly": pulumi.Bool(false), "init": pulumi.Bool(true),
			"logDriver": pulumi.String("json-file"), "logOpts": pulumi.StringMap{"max-size": pulumi.String("1m")},
			"stopSignal": pulumi.String("SIGINT"), "stopTimeout": pulumi.Int(3), "destroyGraceSeconds": pulumi.Int(2),
			"sysctls": pulumi.StringMap{"net.ipv4.ip_unprivileged_port_start": pulumi.String("0")},
			"dns":     list("127.0.0.53"), "dnsOpts": list("ndots:1"), "dnsSearches": list("example.test"),
			"hosts":   pulumi.MapArray{pulumi.Map{"host": pulumi.String("neighbour"), "ip": pulumi.String("10.0.0.7")}},
			"ipcMode": pulumi.String("private"), "tty": pulumi.Bool(false), "stdinOpen": pulumi.Bool(true),
			"removeVolumes": pulumi.Bool(true), "mustRun": pulumi.Bool(true),
		}, &custom{})
	}
}

// freePorts returns two ports that nobody listens on, below those that the system hands out: the other tests take
// many of those before the container takes its own.
func freePorts(t *testing.T) (free [2]int) {
	t.Helper()
	for index := range free {
		for free[index] == 0 {
			port := 20000 + rand.IntN(10000)
			listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if errors.Is(err, syscall.EADDRINUSE) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close() //nolint:errcheck // only its number matters
			free[index] = port
		}
	}
	return free
}

func TestContainerWithEverything(t *testing.T) {
	t.Parallel()
	s := freshStack(t)
	source := filepath.Join(t.TempDir(), "script")
	save(t, source, "from a file\n")
	program := everything(named("all"), source, freePorts(t))
	s.mustUp(program, changes{"create": 4})
	found := inspect(t, string(s.state(named("all")).ID))
	checkEverything(t, found)
	checkUploads(t, found.ID)
	s.mustStay(program)
}

func checkEverything(t *testing.T, found container.InspectResponse) {
	t.Helper()
	config, host := found.Config, found.HostConfig
	endpoint := found.NetworkSettings.Networks[named("all")+"-network"]
	if endpoint == nil || len(found.NetworkSettings.Networks) != 1 {
		t.Fatalf("networksAdvanced: expected one network, got %v", found.NetworkSettings.Networks)
	}
	for what, pair := range map[string][2]any{
		"command":      {[]string(config.Cmd), []string{"serve"}},
		"entrypoints":  {[]string(config.Entrypoint), []string{"/tool"}},
		"user":         {config.User, "1000:1000"},
		"workingDir":   {config.WorkingDir, "/data"},
		"hostname":     {config.Hostname + "." + config.Domainname, "everything.example.test"},
		"stop":         {fmt.Sprint(config.StopSignal, *config.StopTimeout), "SIGINT3"},
		"envs":         {contains(config.Env, "A=1") && contains(config.Env, "B=2") && contains(config.Env, "C=x=y"), true},
		"labels":       {config.Labels["suite"], "conformance"},
		"healthcheck":  {config.Healthcheck.Timeout, 90 * time.Second},
		"restart":      {string(host.RestartPolicy.Name), "unless-stopped"},
		"memory":       {host.Memory, int64(64 << 20)},
		"memorySwap":   {host.MemorySwap, int64(-1)},
		"shmSize":      {host.ShmSize, int64(32 << 20)},
		"cpus":         {host.NanoCPUs, int64(5e8)},
		"ulimits":      {host.Ulimits[0].Hard, int64(2048)},
		"capabilities": {fmt.Sprint(host.CapAdd, host.CapDrop), "[CAP_NET_BIND_SERVICE] [ALL]"},
		"securityOpts": {host.SecurityOpt, []string{"no-new-privileges:true"}},
		"groupAdds":    {host.GroupAdd, []string{"2000"}},
		"init":         {*host.Init, true},
		"log":          {host.LogConfig.Type + host.LogConfig.Config["max-size"], "json-file1m"},
		"sysctls":      {host.Sysctls["net.ipv4.ip_unprivileged_port_start"], "0"},
		"dns":          {fmt.Sprint(host.DNS, host.DNSOptions, host.DNSSearch), "[127.0.0.53] [ndots:1] [example.test]"},
		"hosts":        {host.ExtraHosts, []string{"neighbour:10.0.0.7"}},
		"tmpfs":        {host.Tmpfs["/run"], "size=65536k"},
		"mounts":       {len(host.Mounts), 2},
		"volumes":      {host.Binds, []string{named("all") + "-data:/kept:ro"}},
		"address":      {endpoint.IPAddress, surroundings.subnet + ".9"},
		"aliases":      {contains(endpoint.Aliases, "first") && contains(endpoint.Aliases, "second"), true},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s: expected %v, got %v", what, pair[1], pair[0])
		}
	}
	binding := found.NetworkSettings.Ports["8000/tcp"][0]
	connection, err := net.DialTimeout("tcp", net.JoinHostPort(binding.HostIP, binding.HostPort), 5*time.Second)
	if err != nil {
		t.Fatalf("ports: %v", err)
	}
	connection.Close() //nolint:errcheck // nothing was written
}

func checkUploads(t *testing.T, id string) {
	t.Helper()
	for name, expected := range map[string]struct {
		content string
		mode    int64
	}{
		"/etc/plain": {"plain\n", 0o644}, "/etc/deep/encoded": {"\x00\xff\n", 0o600}, "/etc/script": {"from a file\n", 0o744},
	} {
		if content, mode := readFile(t, id, name); content != expected.content || mode&0o7777 != expected.mode {
			t.Errorf("uploads: %s: expected %q with mode %o, got %q with %o", name, expected.content, expected.mode, content, mode)
		}
	}
}

func TestNetworksAndVolumes(t *testing.T) {
	t.Parallel()
	s := freshStack(t)
	ctx := context.Background()
	program := func(label string) pulumi.RunFunc {
		return func(ctx *pulumi.Context) error {
			labels := pulumi.MapArray{pulumi.Map{"label": pulumi.String("value"), "value": pulumi.String(label)}}
			if err := ctx.RegisterResource(networkType, named("net"), pulumi.Map{"labels": labels}, &custom{}); err != nil {
				return err
			}
			return ctx.RegisterResource(volumeType, named("vol"), pulumi.Map{"labels": labels}, &custom{})
		}
	}
	s.mustUp(program("one"), changes{"create": 3})
	s.mustStay(program("one"))
	network, volume := string(s.state(named("net")).ID), string(s.state(named("vol")).ID)
	s.mustUp(program("two"), changes{"replace": 2})
	if now := string(s.state(named("net")).ID); now == network {
		t.Errorf("network: expected another one, got the same")
	}
	found, err := surroundings.docker.VolumeInspect(ctx, string(s.state(named("vol")).ID))
	if err != nil || found.Labels["value"] != "two" || found.Name == volume {
		t.Errorf("volume: expected another one with the new label, got %+v, %v", found, err)
	}
	if err := surroundings.docker.NetworkRemove(ctx, string(s.state(named("net")).ID)); err != nil {
		t.Fatal(err)
	}
	if err := surroundings.docker.VolumeRemove(ctx, found.Name, true); err != nil {
		t.Fatal(err)
	}
	s.mustRefresh(changes{"delete": 2})
	s.mustUp(program("two"), changes{"create": 2})
	network, volume = string(s.state(named("net")).ID), string(s.state(named("vol")).ID)
	importNetworkAndVolume(t, s, network, volume)
	if err := s.destroy(); err != nil {
		t.Fatal(err)
	}
	if _, err := surroundings.docker.VolumeInspect(ctx, volume); err == nil {
		t.Errorf("volume: expected it to be gone")
	}
}

// importNetworkAndVolume lets a second stack import what the first one made, and forget it again.
func importNetworkAndVolume(t *testing.T, first *stack, network, volume string) {
	t.Helper()
	second := freshStack(t)
	keep, ignore := pulumi.RetainOnDelete(true), pulumi.IgnoreChanges([]string{"*"})
	networkName := first.state(named("net")).Outputs["name"].(string)
	second.mustUp(func(ctx *pulumi.Context) error {
		if err := ctx.RegisterResource(networkType, named("net"), pulumi.Map{"name": pulumi.String(networkName)},
			&custom{}, pulumi.Import(pulumi.ID(network)), keep, ignore); err != nil {
			return err
		}
		return ctx.RegisterResource(volumeType, named("vol"), pulumi.Map{"name": pulumi.String(volume)},
			&custom{}, pulumi.Import(pulumi.ID(volume)), keep, ignore)
	}, changes{"create": 1, "import": 2})
	for _, name := range []string{named("net"), named("vol")} {
		got, expected := second.state(name).Outputs, first.state(name).Outputs
		if got["driver"] != expected["driver"] || !reflect.DeepEqual(got["labels"], expected["labels"]) {
			t.Errorf("import of %s: expected %v, got %v", name, expected, got)
		}
	}
	if err := second.destroy(); err != nil {
		t.Fatal(err)
	}
}
