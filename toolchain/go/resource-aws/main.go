// Pulumi's AWS plugin for machines that reach package registries only: Pulumi's Terraform bridge over the Terraform
// provider for AWS, with just the resources that `AwsHosts` makes. A program cannot tell the two apart
// there: it is what test/aws runs where the released plugin cannot be had, and nothing that an account is made with.
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

// version is set by the linker to the version of @pulumi/aws that this plugin answers to.
var version = "0.0.0"

// resources are those that AwsHosts makes: Terraform's name, module and name in a program, and what is named otherwise
// than the bridge would. Resources that Terraform's newer framework serves are not reached by this bridge.
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

// questions are what AwsHosts asks an account.
var questions = map[string]string{
	"aws_ami":                "ec2/getAmi:getAmi",
	"aws_availability_zones": "index/getAvailabilityZones:getAvailabilityZones",
	"aws_ec2_instance_type":  "ec2/getInstanceType:getInstanceType",
	"aws_ssm_parameter":      "ssm/getParameter:getParameter",
}

// autoName makes a name of the resource's own and random characters, where a program gives none.
func autoName(length int) map[string]*tfbridge.SchemaInfo {
	return map[string]*tfbridge.SchemaInfo{"name": tfbridge.AutoName("name", length, "-")}
}

// with keeps the names of further properties as they are, in the singular.
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
	// Node programs carry their own types, so name and version are all of the schema that the engine asks for.
	schema := fmt.Sprintf(`{"name":%q,"version":%q}`, pkg, version)
	tfbridge.Main(pkg, version, info(), []byte(schema))
}
