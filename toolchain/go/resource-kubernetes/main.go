// Pulumi's Kubernetes plugin for machines that can only reach package registries: the provider of the newest release
// with its source on Go module mirrors.
package main

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

const pkg = "kubernetes"

// version is the version of @pulumi/kubernetes that this plugin serves, set by the linker.
var version = "0.0.0"

func main() {
	// Node programs contain their own types, so the engine only needs the schema's name and version.
	schema := fmt.Sprintf(`{"name":%q,"version":%q}`, pkg, version)
	provider.Serve(pkg, version, []byte(schema), []byte("{}"))
}
