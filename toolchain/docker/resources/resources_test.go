package resources

import (
	"testing"

	"github.com/docker/go-connections/nat"
)

func TestSchemaIsSound(t *testing.T) {
	if err := Provider(func(*Meta) {}).InternalValidate(); err != nil {
		t.Fatal(err)
	}
}

func TestCPUs(t *testing.T) {
	for nano, expected := range map[int64]string{
		500_000_000: "0.5", 1_000_000_000: "1.0", 1_250_000_000: "1.25", 10_000_000_000: "10.0", 1: "0.000000001",
	} {
		if found := formatCPUs(nano); found != expected {
			t.Errorf("%d: expected %s, got %s", nano, expected, found)
		}
	}
}

func TestRepoDigest(t *testing.T) {
	digests := []string{"other.test/thing@sha256:a", "registry.test:5000/thing@sha256:b"}
	for name, expected := range map[string]string{
		"registry.test:5000/thing:1": digests[1], "other.test/thing": digests[0], "local:1": digests[0],
	} {
		if found := repoDigest(name, digests); found != expected {
			t.Errorf("%s: expected %s, got %s", name, expected, found)
		}
	}
	if found := repoDigest("thing", nil); found != "" {
		t.Errorf("expected nothing for an image that no registry has, got %s", found)
	}
}

func TestReportedPortsAreOrdered(t *testing.T) {
	found := reportedPorts(nat.PortMap{
		"9000/tcp": {{HostIP: "127.0.0.1", HostPort: "1"}}, "80/udp": {{HostPort: "2"}}, "80/tcp": {{HostPort: "3"}},
	})
	for index, expected := range []publishedPort{
		{80, 3, "", "tcp"}, {80, 2, "", "udp"}, {9000, 1, "127.0.0.1", "tcp"},
	} {
		if got := portOf(found[index].(map[string]any)); got != expected {
			t.Errorf("port %d: expected %v, got %v", index, expected, got)
		}
	}
}
