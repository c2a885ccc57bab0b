import * as pulumi from "@pulumi/pulumi";
import type { StackOutputs } from "./outputs.ts";
import { readSettings, type Settings } from "./settings.ts";

/** One function for each kind of environment. Only that of the stack is loaded: the clouds' SDKs are large libraries. */
const kinds: Record<string, () => Promise<(settings: Settings) => StackOutputs>> = {
  local: async () => (await import("./local.ts")).local,
  ssh: async () => (await import("./ssh.ts")).ssh,
  aws: async () => (await import("./aws.ts")).aws,
  kubernetes: async () => (await import("./kubernetes.ts")).kubernetes,
};

/** Makes the environment that the stack's config asks for (`pulumi-swarm:stack`). */
export async function makeStack(): Promise<StackOutputs> {
  const settings = readSettings();
  const load = kinds[settings.stack];
  if (load) return (await load())(settings);
  const known = Object.keys(kinds).join(", ");
  throw new pulumi.RunError(
    `config pulumi-swarm:stack "${settings.stack}": no such environment: choose one of ${known}`,
  );
}
