import type { PulumiPlugin } from "./docker-plugin.ts";
import type { ModuleCut } from "./go-cut.ts";
import { findCachedPlugin, ensurePlugin, type PreparedPlugin } from "./prepared-plugin.ts";
import { awsPluginVersion } from "./versions.ts";

/** Services of AWS that `AwsHosts` makes something of, and those that they need themselves. */
const SERVICES = ["ec2", "elbv2", "iam", "meta", "organizations", "ssm", "sts"];
/** What AWS's own library calls them, and the two more that they cannot do without. */
const CLIENTS = ["account", "ec2", "elasticloadbalancingv2", "iam", "organizations", "s3", "ssm", "sts"];

/** The provider knows 250 services: with all of them it takes an hour of a processor to compile, and 900 MB. */
const UNUSED_SERVICES: ModuleCut = {
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

const plugin = (): PreparedPlugin => ({ name: "aws", version: awsPluginVersion(), cut: UNUSED_SERVICES });

/** The AWS plugin, if it is there. Where it has to be built, that takes some minutes: no test waits for it unasked. */
export function findAwsPlugin(): PulumiPlugin | undefined {
  return findCachedPlugin(plugin());
}

/** The AWS plugin of the installed @pulumi/aws; made if it is missing. */
export function ensureAwsPlugin(pulumiBin: () => Promise<string>): Promise<PulumiPlugin> {
  return ensurePlugin(plugin(), pulumiBin);
}
