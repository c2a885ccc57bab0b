import { join } from "node:path";
import { hasPiece, keyOf, obtain, piecePath } from "./cache.ts";
import type { Plugin } from "./docker-plugin.ts";
import { downloadPlugin } from "./docker-plugin.ts";
import { buildWords, type GoBuild, goBuild, moduleFiles } from "./go.ts";
import type { ModuleCut } from "./go-cut.ts";
import { chooseSource } from "./source.ts";
import { awsPluginVersion } from "./versions.ts";

/** Services of AWS that `AwsHosts` makes something of, and those that they need themselves. */
const SERVICES = ["ec2", "elbv2", "iam", "meta", "organizations", "ssm", "sts"];
/** What AWS's own library calls them, and the two more that they cannot do without. */
const CLIENTS = ["account", "ec2", "elasticloadbalancingv2", "iam", "organizations", "s3", "ssm", "sts"];

/** The provider knows 250 services: with all of them it takes an hour of a processor to compile, and 900 MB. */
const OTHER_SERVICES: ModuleCut = {
  module: "github.com/hashicorp/terraform-provider-aws",
  cuts: [
    {
      file: "internal/provider/sdkv2/service_packages_gen.go",
      pattern: String.raw`^\t(?:"\S+/internal/service/|\t)(\w+)(?:"|\.ServicePackage\(ctx\),)\n`,
      keep: SERVICES,
    },
    {
      file: "internal/conns/awsclient_gen.go",
      pattern: String.raw`^\t(?:\w+ )?"github.com/aws/aws-sdk-go-v2/service/(\w+)"\n`,
      keep: CLIENTS,
    },
    {
      file: "internal/conns/awsclient_gen.go",
      pattern: String.raw`^func \(c \*AWSClient\) \w+\(ctx context\.Context\) \*(\w+)\.Client \{\n.*\n\}\n\n?`,
      keep: CLIENTS,
    },
  ],
};

function build(version: string): GoBuild {
  return { module: "resource-aws", package: ".", variables: { "main.version": version }, cut: OTHER_SERVICES };
}

function piece() {
  const version = awsPluginVersion();
  return {
    name: "resource-aws",
    key: keyOf(version, buildWords([build(version)]), moduleFiles("resource-aws")),
    version,
  };
}

/** The AWS plugin, if it is there. Where it has to be built, that takes some minutes: no test waits for it unasked. */
export function findAwsPlugin(): Plugin | undefined {
  const { version, ...wanted } = piece();
  return hasPiece(wanted) ? { folder: `resource-aws-v${version}`, path: piecePath(wanted) } : undefined;
}

/** The AWS plugin of the installed @pulumi/aws; made if it is missing. */
export async function obtainAwsPlugin(pulumiBin: () => Promise<string>): Promise<Plugin> {
  const { version, ...wanted } = piece();
  const make = async (folder: string) => {
    if ((await chooseSource()) === "public") await downloadPlugin("aws", version, folder, await pulumiBin());
    else await goBuild(build(version), join(folder, "pulumi-resource-aws"));
  };
  return { folder: `resource-aws-v${version}`, path: await obtain({ ...wanted, make }) };
}
