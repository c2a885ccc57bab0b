import type { PulumiPlugin } from "./docker-plugin.ts";
import type { ModuleCut } from "./go-cut.ts";
import { findCachedPlugin, ensurePlugin, type PreparedPlugin } from "./prepared-plugin.ts";
import { awsPluginVersion } from "./versions.ts";

/** Services of AWS that `AwsHosts` uses, and those that they depend on. */
const SERVICES = ["ec2", "elbv2", "iam", "meta", "organizations", "ssm", "sts"];
/** Their names in the AWS SDK, and two more that they depend on. */
const CLIENTS = ["account", "ec2", "elasticloadbalancingv2", "iam", "organizations", "s3", "ssm", "sts"];

/** Leaves out most of the provider's 250 services: compiling all of them takes an hour of CPU time and 900 MB. */
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

/** Returns the AWS plugin if it is prepared. It may take minutes to build, so no test waits for it by default. */
export function findAwsPlugin(): PulumiPlugin | undefined {
  return findCachedPlugin(plugin());
}

/** Returns the AWS plugin of the installed @pulumi/aws, and creates it if it is missing. */
export function ensureAwsPlugin(pulumiBin: () => Promise<string>): Promise<PulumiPlugin> {
  return ensurePlugin(plugin(), pulumiBin);
}
