import { join } from "node:path";
import { hasPiece, keyOf, obtain, piecePath } from "./cache.ts";
import type { Plugin } from "./docker-plugin.ts";
import { downloadPlugin } from "./docker-plugin.ts";
import { buildWords, type GoBuild, goBuild, moduleFiles } from "./go.ts";
import { chooseSource } from "./source.ts";
import { awsPluginVersion } from "./versions.ts";

function build(version: string): GoBuild {
  return { module: "resource-aws", package: ".", variables: { "main.version": version } };
}

function piece() {
  const version = awsPluginVersion();
  return {
    name: "resource-aws",
    key: keyOf(version, buildWords([build(version)]), moduleFiles("resource-aws")),
    version,
  };
}

/** The AWS plugin, if it is there. Where it has to be built, that takes half an hour: nobody waits for it unasked. */
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
