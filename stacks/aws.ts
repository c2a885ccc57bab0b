import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import { AwsHosts } from "../components/aws/index.ts";
import { errorMessage } from "../engine/error-message.ts";
import type { StoreOutputs, SwarmOutputs } from "./outputs.ts";
import { listAvailability } from "./setting.ts";
import { rejectSettingsOfOtherKinds, type Settings } from "./settings.ts";
import { deploySwarmStore } from "./store.ts";

/** Creates machines on AWS with their network, a Swarm of them, its overlay network, and a store on their volumes. */
export function createAwsStack(settings: Settings): StoreOutputs & SwarmOutputs {
  rejectSettingsOfOtherKinds(settings, "aws");
  const { aws: machines, timeoutSeconds, port, consolePort, mtu } = settings;
  if (!machines) {
    throw new pulumi.RunError("config pulumi-swarm:aws: is missing: give the machines of the stack");
  }
  const { publicKeys, publicKeyFiles, network, existingNetwork, ...awsArgs } = machines;
  if (network && existingNetwork) {
    throw new pulumi.RunError(
      "config pulumi-swarm:aws.network: cannot be combined with existingNetwork: remove one of them",
    );
  }
  const hosts = new AwsHosts("hosts", {
    ...awsArgs,
    managers: withoutAvailability(awsArgs.managers),
    workers: withoutAvailability(awsArgs.workers),
    network: existingNetwork ?? network,
    publicKeys: [...publicKeys, ...publicKeyFiles.map(readPublicKey)],
    ports: { s3: port, console: consolePort },
    timeoutSeconds,
    // Distinguishes stacks in the same account.
    tags: { "pulumi-swarm": `${pulumi.getProject()}/${pulumi.getStack()}`, ...awsArgs.tags },
  });
  const { managers, workers } = hosts;
  const availability = listAvailability({ ...machines.managers, ...machines.workers });
  return deploySwarmStore({ managers, workers, availability }, { ...settings, mtu: mtu ?? hosts.mtu });
}

/** Returns the machines without the setting of their nodes. */
function withoutAvailability<T extends object>(machines: Record<string, T & { availability?: unknown }> = {}) {
  const without = Object.entries(machines).map(([key, { availability: _availability, ...machine }]) => [key, machine]);
  return Object.fromEntries(without) as Record<string, Omit<T, "availability">>;
}

function readPublicKey(file: string, index: number): string {
  try {
    return readFileSync(file.replace(/^~(?=\/)/, homedir()), "utf8").trim();
  } catch (error) {
    const problem = `cannot be read (${errorMessage(error)}): create a key with \`ssh-keygen\`, or name another file`;
    throw new pulumi.RunError(`config pulumi-swarm:aws.publicKeyFiles[${index}] "${file}": ${problem}`);
  }
}
