// Command pulumi-language-nodejs is a Pulumi language host for programs that run on Node.js.
//
// The engine starts it once for each operation, reads the port that it prints, and talks to it by gRPC
// (the LanguageRuntime service). It starts node with Pulumi's own runner from the program's node_modules;
// the program itself then talks to the engine directly.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/logging"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// engineSilence is how long the engine may leave a health check unanswered before the host gives up and ends.
const engineSilence = 5 * time.Minute

func main() {
	if err := run(); err != nil {
		cmdutil.Exit(err)
	}
}

func run() error {
	tracing := flag.String("tracing", "", "a Zipkin-compatible endpoint that the program sends its traces to")
	runtime := flag.String("runtime", "nodejs", "the runtime to start; only nodejs is supported")
	showVersion := flag.Bool("version", false, "print the version and exit")
	flag.Parse()

	if *showVersion {
		fmt.Println(version.Version)
		return nil
	}
	if *runtime != "nodejs" {
		return fmt.Errorf("runtime: not supported, got %q; use nodejs", *runtime)
	}
	logging.InitLogging(false, 0, false)

	// An interrupt, or an engine that is gone, closes stop; the gRPC server then ends and so does the process.
	ctx, interrupted := signal.NotifyContext(context.Background(), os.Interrupt)
	defer interrupted()
	stop := make(chan bool)
	context.AfterFunc(ctx, func() { close(stop) })

	host := newHost(flag.Arg(0), *tracing, interrupted)
	if host.engineAddress != "" {
		if err := rpcutil.Healthcheck(ctx, host.engineAddress, engineSilence, interrupted); err != nil {
			return fmt.Errorf("watch the engine: %w", err)
		}
	}

	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, host)
			return nil
		},
		Options: rpcutil.TracingServerInterceptorOptions(nil),
	})
	if err != nil {
		return fmt.Errorf("serve the language host: %w", err)
	}

	// The engine reads the port from the first line of the output.
	fmt.Printf("%d\n", server.Port)
	if err := <-server.Done; err != nil {
		return fmt.Errorf("serve the language host: %w", err)
	}
	return nil
}
