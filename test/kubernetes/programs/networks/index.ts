import * as pulumi from "@pulumi/pulumi";
import { Cni, type CniArgs } from "../../../../components/kubernetes/index.ts";

/** Their pods would wait for images for ever. */
function doNotWait({ type, props, opts }: pulumi.ResourceTransformArgs): pulumi.ResourceTransformResult | undefined {
  return type.endsWith(":Release") ? { props: { ...props, skipAwait: true }, opts } : undefined;
}

const networks = new pulumi.Config().requireObject<Record<string, CniArgs>>("networks");
for (const [name, args] of Object.entries(networks)) new Cni(name, args, { transforms: [doNotWait] });
