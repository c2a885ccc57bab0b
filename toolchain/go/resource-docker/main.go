// Pulumi's docker plugin for machines that can only reach package registries: Pulumi's Terraform bridge over the
// Terraform provider for Docker, the two parts of the released plugin. Programs and states cannot distinguish it from
// the released plugin: test/toolchain compares every token and property name with the types of @pulumi/docker.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

const pkg = "docker"

// version is the version of @pulumi/docker that this plugin serves, set by the linker.
var version = "0.0.0"

// keep names a property as the provider does: in camel case, but not in the plural.
func keep(name string) *tfbridge.SchemaInfo { return &tfbridge.SchemaInfo{Name: name} }

// defaultHost is the address at which an engine listens by default.
func defaultHost() string {
	if runtime.GOOS == "windows" {
		return "npipe:////./pipe/docker_engine"
	}
	return "unix:///var/run/docker.sock"
}

func info() tfbridge.ProviderInfo {
	prov := tfbridge.ProviderInfo{
		P:       shimv2.NewProvider(provider.New(version)()),
		Name:    pkg,
		Version: version,
		Config: map[string]*tfbridge.SchemaInfo{
			"host":          {Default: &tfbridge.DefaultInfo{Value: defaultHost(), EnvVars: []string{"DOCKER_HOST"}}},
			"registry_auth": {Name: "registryAuth", MaxItemsOne: tfbridge.False()},
		},
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_config": {Tok: tfbridge.MakeResource(pkg, "index", "ServiceConfig")},
			"docker_image": {
				Tok:    tfbridge.MakeResource(pkg, "index", "RemoteImage"),
				Fields: map[string]*tfbridge.SchemaInfo{"name": keep("name")},
			},
			"docker_container": {
				// A container's name and ports stay in use until it is removed.
				DeleteBeforeReplace: true,
				Fields: map[string]*tfbridge.SchemaInfo{
					"command":           keep("command"),
					"networks_advanced": keep("networksAdvanced"),
				},
			},
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"docker_image": {Tok: tfbridge.MakeDataSource(pkg, "index", "getRemoteImage")},
		},
	}
	prov.MustComputeTokens(tokens.SingleModule("docker_", "index", tokens.MakeStandard(pkg)))
	prov.SetAutonaming(255, "-")
	return prov
}

func main() {
	prov := info()
	if len(os.Args) == 2 && os.Args[1] == "-names" {
		if err := json.NewEncoder(os.Stdout).Encode(names(prov)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	// Node programs contain their own types, so the engine only needs the schema's name and version.
	schema := fmt.Sprintf(`{"name":%q,"version":%q}`, pkg, version)
	tfbridge.Main(pkg, version, prov, []byte(schema))
}
