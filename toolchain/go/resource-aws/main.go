// Pulumi's AWS plugin for machines that can only reach package registries: Pulumi's Terraform bridge over the Terraform
// provider for AWS, with only the resources that `AwsHosts` creates. For these, programs cannot distinguish it from the
// released plugin. test/aws uses it where the released plugin is unavailable; it is not for real accounts.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-provider-aws/internal/provider/sdkv2"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

const pkg = "aws"

// version is the version of @pulumi/aws that this plugin serves, set by the linker.
var version = "0.0.0"

// resources are the resources that AwsHosts creates: Terraform's name, the module and name in a program, and names that
// differ from the bridge's own. This bridge does not support resources of Terraform's newer plugin framework.
var resources = []struct {
	key, module, name string
	fields            map[string]*tfbridge.SchemaInfo
}{
	{"aws_ebs_volume", "ebs/volume", "Volume", nil},
	{"aws_eip", "ec2/eip", "Eip", nil},
	{"aws_iam_instance_profile", "iam/instanceProfile", "InstanceProfile", autoName(128)},
	{"aws_iam_role", "iam/role", "Role", autoName(64)},
	{"aws_iam_role_policy", "iam/rolePolicy", "RolePolicy", autoName(128)},
	{"aws_instance", "ec2/instance", "Instance", nil},
	{"aws_internet_gateway", "ec2/internetGateway", "InternetGateway", nil},
	{"aws_lb", "lb/loadBalancer", "LoadBalancer", autoName(32)},
	{"aws_lb_listener", "lb/listener", "Listener", nil},
	{"aws_lb_target_group", "lb/targetGroup", "TargetGroup", autoName(32)},
	{"aws_lb_target_group_attachment", "lb/targetGroupAttachment", "TargetGroupAttachment", nil},
	{"aws_nat_gateway", "ec2/natGateway", "NatGateway", nil},
	{"aws_placement_group", "ec2/placementGroup", "PlacementGroup", autoName(255)},
	{"aws_route_table", "ec2/routeTable", "RouteTable", nil},
	{"aws_route_table_association", "ec2/routeTableAssociation", "RouteTableAssociation", nil},
	{"aws_security_group", "ec2/securityGroup", "SecurityGroup", with(autoName(255), "ingress", "egress")},
	{"aws_subnet", "ec2/subnet", "Subnet", nil},
	{"aws_volume_attachment", "ec2/volumeAttachment", "VolumeAttachment", nil},
	{"aws_vpc", "ec2/vpc", "Vpc", nil},
}

// questions are the data sources that AwsHosts uses.
var questions = map[string]string{
	"aws_ami":                "ec2/getAmi:getAmi",
	"aws_availability_zones": "index/getAvailabilityZones:getAvailabilityZones",
	"aws_ec2_instance_type":  "ec2/getInstanceType:getInstanceType",
	"aws_ssm_parameter":      "ssm/getParameter:getParameter",
}

// autoName generates a name from the resource's own name and random characters if a program gives none.
func autoName(length int) map[string]*tfbridge.SchemaInfo {
	return map[string]*tfbridge.SchemaInfo{"name": tfbridge.AutoName("name", length, "-")}
}

// with keeps the names of further properties in the singular, as they are.
func with(fields map[string]*tfbridge.SchemaInfo, names ...string) map[string]*tfbridge.SchemaInfo {
	for _, name := range names {
		fields[name] = &tfbridge.SchemaInfo{Name: name}
	}
	return fields
}

func info() tfbridge.ProviderInfo {
	upstream, err := sdkv2.NewProvider(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	prov := tfbridge.ProviderInfo{
		P:           shimv2.NewProvider(upstream),
		Name:        pkg,
		Version:     version,
		Resources:   map[string]*tfbridge.ResourceInfo{},
		DataSources: map[string]*tfbridge.DataSourceInfo{},
	}
	for _, res := range resources {
		token := tokens.Type(pkg + ":" + res.module + ":" + res.name)
		prov.Resources[res.key] = &tfbridge.ResourceInfo{Tok: token, Fields: res.fields}
	}
	for key, token := range questions {
		prov.DataSources[key] = &tfbridge.DataSourceInfo{Tok: tokens.ModuleMember(pkg + ":" + token)}
	}
	return prov
}

func main() {
	// Node programs contain their own types, so the engine only needs the schema's name and version.
	schema := fmt.Sprintf(`{"name":%q,"version":%q}`, pkg, version)
	tfbridge.Main(pkg, version, info(), []byte(schema))
}
