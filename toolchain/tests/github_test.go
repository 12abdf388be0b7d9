package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// githubStub answers as GitHub does to the few requests that an environment of a repository takes.
type githubStub struct {
	mutex    sync.Mutex
	asked    map[string]int
	wait     any
	unknown  []string
	hasToken bool
}

func (g *githubStub) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	key := request.Method + " " + request.URL.Path
	g.asked[key]++
	g.hasToken = g.hasToken || request.Header.Get("Authorization") == "Bearer stub-token"
	environment := map[string]any{
		"id": 2, "name": "staging", "can_admins_bypass": true,
		"protection_rules": []any{map[string]any{"id": 3, "type": "wait_timer", "wait_timer": g.wait}},
	}
	answer.Header().Set("Content-Type", "application/json")
	switch key {
	case "GET /api/v3/orgs/acme":
		write(answer, map[string]any{"login": "acme", "id": 1, "node_id": "o"})
	case "GET /api/v3/repos/acme/shop":
		write(answer, map[string]any{"id": 7, "name": "shop", "full_name": "acme/shop", "node_id": "r"})
	case "PUT /api/v3/repos/acme/shop/environments/staging":
		var body map[string]any
		_ = json.NewDecoder(request.Body).Decode(&body)
		g.wait = body["wait_timer"]
		write(answer, environment)
	case "GET /api/v3/repos/acme/shop/environments/staging":
		write(answer, environment)
	case "DELETE /api/v3/repos/acme/shop/environments/staging":
		answer.WriteHeader(http.StatusNoContent)
	default:
		g.unknown = append(g.unknown, key)
		answer.WriteHeader(http.StatusNotFound)
		write(answer, map[string]any{"message": "Not Found"})
	}
}

func write(answer http.ResponseWriter, value any) {
	_ = json.NewEncoder(answer).Encode(value)
}

func TestGithubEnvironmentAtALocalServer(t *testing.T) {
	stub := &githubStub{asked: map[string]int{}}
	server := httptest.NewServer(stub)
	defer server.Close()
	program := func(wait int) string {
		return fmt.Sprintf(`
import * as github from "@pulumi/github";
const provider = new github.Provider("local", {
  baseUrl: %q, owner: "acme", token: "stub-token", writeDelayMs: 0,
});
const environment = new github.RepositoryEnvironment("staging", {
  repository: "shop", environment: "staging", waitTimer: %d,
}, { provider });
export const id = environment.id;
export const repositoryId = environment.repositoryId;
`, server.URL+"/api/v3/", wait)
	}
	p := newProject(t, program(1))
	p.up("")
	mustEqual(t, p.output("id"), "shop:staging")
	mustEqual(t, p.output("repositoryId"), 7.0)
	mustEqual(t, stub.wait, any(1.0))
	mustEqual(t, stub.hasToken, true)
	mustContain(t, p.up(""), "3 unchanged")
	mustContain(t, p.up(program(5)), "~ 1 updated")
	mustEqual(t, stub.wait, any(5.0))
	mustContain(t, p.succeed("refresh", "--yes", "--skip-preview"), "3 unchanged")
	p.succeed("destroy", "--yes", "--skip-preview")
	mustEqual(t, stub.asked["DELETE /api/v3/repos/acme/shop/environments/staging"], 1)
	if len(stub.unknown) > 0 {
		t.Errorf("the stub does not know %v", stub.unknown)
	}
}
