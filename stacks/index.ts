import * as pulumi from "@pulumi/pulumi";
import type { StackOutputs } from "./outputs.ts";
import { readSettings, type Settings } from "./settings.ts";

/** One function for each kind of environment. Only that of the stack is loaded: the clouds' SDKs are large libraries. */
const STACK_KINDS: Record<string, () => Promise<(settings: Settings) => StackOutputs>> = {
  local: async () => (await import("./local.ts")).createLocalStack,
  ssh: async () => (await import("./ssh.ts")).createSshStack,
  aws: async () => (await import("./aws.ts")).createAwsStack,
  kubernetes: async () => (await import("./kubernetes.ts")).createKubernetesStack,
};

/** Makes the environment that the stack's config asks for (`pulumi-swarm:stack`). */
export async function createStack(): Promise<StackOutputs> {
  const settings = readSettings();
  const load = STACK_KINDS[settings.stack];
  if (load) return (await load())(settings);
  const known = Object.keys(STACK_KINDS).join(", ");
  throw new pulumi.RunError(
    `config pulumi-swarm:stack "${settings.stack}": no such environment: choose one of ${known}`,
  );
}
