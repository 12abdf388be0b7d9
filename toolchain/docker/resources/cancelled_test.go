package resources

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"

	"towpath.dev/toolchain/docker/engine"
)

// What the engine makes while a run is asked to stop has to be known afterwards: otherwise its name stands in the next
// run's way. The calls after it may end where they are.
func TestWhatIsMadeWhileARunStopsIsKept(t *testing.T) {
	for what, create := range map[string]struct {
		resource *schema.Resource
		create   schema.CreateContextFunc
		answer   string
	}{
		"containers": {Container(), createContainer, `{"Id":"made"}`},
		"networks":   {Network(), createNetwork, `{"Id":"made"}`},
		"volumes":    {Volume(), createVolume, `{"Name":"made"}`},
	} {
		t.Run(what, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, asked *http.Request) {
				answer.Header().Set("Api-Version", "1.43")
				answer.Header().Set("Content-Type", "application/json")
				if strings.HasSuffix(asked.URL.Path, "/"+what+"/create") {
					stop()
					answer.WriteHeader(http.StatusCreated)
					fmt.Fprint(answer, create.answer) //nolint:errcheck // the client says what it got
					return
				}
				fmt.Fprint(answer, "{}") //nolint:errcheck // the client says what it got
			}))
			defer server.Close()
			meta := &Meta{Connection: engine.New(engine.Settings{
				Host: "tcp://" + strings.TrimPrefix(server.URL, "http://"),
			})}
			data := schema.TestResourceDataRaw(t, create.resource.Schema, map[string]any{"name": "one", "image": "one"})
			create.create(ctx, data, meta)
			if data.Id() != "made" {
				t.Errorf("expected what was made to be kept, got the id %q", data.Id())
			}
		})
	}
}
