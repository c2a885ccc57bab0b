import * as pulumi from "@pulumi/pulumi";
import { local } from "./local.ts";
import type { StackOutputs } from "./outputs.ts";
import { readSettings, type Settings } from "./settings.ts";
import { ssh } from "./ssh.ts";

/** One function for each kind of environment. */
const kinds: Record<string, (settings: Settings) => StackOutputs | Promise<StackOutputs>> = {
  local,
  ssh,
  // Its SDK is large, and only this kind needs it.
  kubernetes: async (settings) => (await import("./kubernetes.ts")).kubernetes(settings),
};

/** Makes the environment that the stack's config asks for (`pulumi-swarm:stack`). */
export async function makeStack(): Promise<StackOutputs> {
  const settings = readSettings();
  const make = kinds[settings.stack];
  if (make) return make(settings);
  const known = Object.keys(kinds).join(", ");
  throw new pulumi.RunError(
    `config pulumi-swarm:stack "${settings.stack}": no such environment: choose one of ${known}`,
  );
}
