import * as pulumi from "@pulumi/pulumi";
import type { StackOutputs } from "./outputs.ts";
import type { StackKind } from "./setting.ts";
import { readSettings, type Settings } from "./settings.ts";

/** Loads the module of one kind of stack only, because the cloud SDKs are large. */
const LOADERS: Record<StackKind, () => Promise<(settings: Settings) => StackOutputs>> = {
  local: async () => (await import("./local.ts")).createLocalStack,
  ssh: async () => (await import("./ssh.ts")).createSshStack,
  aws: async () => (await import("./aws.ts")).createAwsStack,
  kubernetes: async () => (await import("./kubernetes.ts")).createKubernetesStack,
};

/** Creates the stack of the configured kind (`pulumi-swarm:stack`). */
export async function createStack(): Promise<StackOutputs> {
  const settings = readSettings();
  const load = LOADERS[settings.stack as StackKind] as (typeof LOADERS)[StackKind] | undefined;
  if (load) return (await load())(settings);
  const kinds = Object.keys(LOADERS).join(", ");
  throw new pulumi.RunError(
    `config pulumi-swarm:stack "${settings.stack}": no such kind of stack: choose one of ${kinds}`,
  );
}
