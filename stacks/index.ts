import * as pulumi from "@pulumi/pulumi";
import { local } from "./local.ts";
import type { StackOutputs } from "./outputs.ts";
import { readSettings, type Settings } from "./settings.ts";
import { ssh } from "./ssh.ts";

/** One function for each kind of environment. */
const kinds: Record<string, (settings: Settings) => StackOutputs> = { local, ssh };

/** Makes the environment that the stack's config asks for (`pulumi-swarm:stack`). */
export function makeStack(): StackOutputs {
  const settings = readSettings();
  const make = kinds[settings.stack];
  if (make) return make(settings);
  const known = Object.keys(kinds).join(", ");
  throw new pulumi.RunError(
    `config pulumi-swarm:stack "${settings.stack}": no such environment: choose one of ${known}`,
  );
}
