import type { Plugin } from "./docker-plugin.ts";
import { findPlugin, obtainPlugin, type PreparedPlugin } from "./prepared-plugin.ts";
import { awsPluginVersion } from "./versions.ts";

const plugin = (): PreparedPlugin => ({ name: "aws", version: awsPluginVersion() });

/** The AWS plugin, if it is there. Where it has to be built, that takes half an hour: nobody waits for it unasked. */
export function findAwsPlugin(): Plugin | undefined {
  return findPlugin(plugin());
}

/** The AWS plugin of the installed @pulumi/aws; made if it is missing. */
export function obtainAwsPlugin(pulumiBin: () => Promise<string>): Promise<Plugin> {
  return obtainPlugin(plugin(), pulumiBin);
}
