// Command helper is a Docker credential helper for the tests. It notes that it was
// asked, and knows the password of one host, both given in its environment.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	host, err := io.ReadAll(os.Stdin)
	if err != nil || len(os.Args) != 2 || os.Args[1] != "get" {
		fmt.Println("usage: HOST on standard input, the word get")
		os.Exit(2)
	}
	notes, err := os.OpenFile(os.Getenv("HELPER_NOTES"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	fmt.Fprintln(notes, string(host))
	if strings.TrimSpace(string(host)) != os.Getenv("HELPER_HOST") {
		fmt.Println("credentials not found in native keychain")
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string]string{"ServerURL": string(host), "Username": "cloud", "Secret": os.Getenv("HELPER_SECRET")})
}
