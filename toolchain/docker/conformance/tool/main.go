// Command tool is the only program in the images of the suite, so that they need no network and no shell.
package main

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

func main() {
	arguments := append(os.Args[1:], "", "", "")
	switch arguments[0] {
	case "serve": // until told to stop
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
		if listener, err := net.Listen("tcp", ":8000"); err == nil {
			defer listener.Close() //nolint:errcheck // ends with the process
		}
		fmt.Println("serving")
		<-stop
	case "print": // a text
		fmt.Println(arguments[1])
	case "write": // a text to a file
		if err := os.WriteFile(arguments[1], []byte(arguments[2]), 0o644); err != nil {
			fail(1, err.Error())
		}
	case "fail": // with a code and a message
		code, _ := strconv.Atoi(arguments[1])
		fail(code, arguments[2])
	default:
		fail(2, "unknown command "+arguments[0])
	}
}

func fail(code int, message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(code)
}
