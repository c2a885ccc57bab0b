// Pulumi's Kubernetes plugin for machines that reach package registries only: the provider of the released plugin, of
// the newest release whose source the Go module mirrors carry.
package main

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

const pkg = "kubernetes"

// version is set by the linker to the version of @pulumi/kubernetes that this plugin answers to.
var version = "0.0.0"

func main() {
	// Node programs carry their own types, so name and version are all of the schema that the engine asks for.
	schema := fmt.Sprintf(`{"name":%q,"version":%q}`, pkg, version)
	provider.Serve(pkg, version, []byte(schema), []byte("{}"))
}
