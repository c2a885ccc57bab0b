// The health check of Silo, for the image of MinIO that tests use instead: `silo healthcheck [--address :9000]
// [--maintenance] cluster` exits with 0 if the cluster is healthy.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	if len(os.Args) < 2 || os.Args[1] != "healthcheck" {
		fail("usage: silo healthcheck [--address :9000] [--maintenance] cluster")
	}
	flags := flag.NewFlagSet("healthcheck", flag.ExitOnError)
	address := flags.String("address", ":9000", "port of the S3 API")
	maintenance := flags.Bool("maintenance", false, "whether the cluster stays healthy without this member")
	_ = flags.Parse(os.Args[2:])
	client := http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}
	url := fmt.Sprintf("://127.0.0.1%s/minio/health/cluster?maintenance=%t", *address, *maintenance)
	response, err := client.Get("http" + url)
	if err != nil || response.StatusCode == http.StatusBadRequest {
		response, err = client.Get("https" + url)
	}
	if err != nil {
		fail(err.Error())
	}
	if response.StatusCode != http.StatusOK {
		fail(response.Status)
	}
}

func fail(reason string) {
	fmt.Fprintln(os.Stderr, reason)
	os.Exit(1)
}
