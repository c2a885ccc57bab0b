import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import { AwsHosts } from "../components/aws/index.ts";
import { errorMessage } from "../engine/error-message.ts";
import type { StoreOutputs, SwarmOutputs } from "./outputs.ts";
import { KUBERNETES_SETTINGS, rejectSettings, type Settings } from "./settings.ts";
import { deploySwarmStore } from "./store.ts";

/** Settings of machines that are there already, and of networks that a VPC does not carry. */
const OTHERS_SETTINGS = [
  ...(["engine", "endpointAddress", "hostname", "hosts", "hostDefaults", "install", "drives"] as const),
  ...(["driver", "networkMode", "link"] as const),
];

/** Machines on AWS, made with their network: a Swarm of them all, its overlay network, and a store on their volumes. */
export function createAwsStack(settings: Settings): StoreOutputs & SwarmOutputs {
  rejectSettings(settings, [...OTHERS_SETTINGS, ...KUBERNETES_SETTINGS], "an environment of kind aws");
  const { aws: machines, timeoutSeconds, port, consolePort, mtu } = settings;
  if (!machines) {
    throw new pulumi.RunError("config pulumi-swarm:aws: is missing: an environment of kind aws is made of machines");
  }
  const { publicKeys, publicKeyFiles, network, existingNetwork, ...given } = machines;
  if (network && existingNetwork) {
    throw new pulumi.RunError("config pulumi-swarm:aws.network: has no meaning with existingNetwork: give one of them");
  }
  const hosts = new AwsHosts("hosts", {
    ...given,
    network: existingNetwork ?? network,
    publicKeys: [...publicKeys, ...publicKeyFiles.map(readPublicKey)],
    ports: { s3: port, console: consolePort || undefined },
    timeoutSeconds,
    // Stacks that share an account are told apart.
    tags: { "pulumi-swarm": `${pulumi.getProject()}/${pulumi.getStack()}`, ...given.tags },
  });
  return deploySwarmStore(hosts, { ...settings, mtu: mtu ?? hosts.mtu });
}

function readPublicKey(file: string, at: number): string {
  try {
    return readFileSync(file.replace(/^~(?=\/)/, homedir()), "utf8").trim();
  } catch (error) {
    const why = `cannot be read (${errorMessage(error)}): make a key with \`ssh-keygen\`, or name another file`;
    throw new pulumi.RunError(`config pulumi-swarm:aws.publicKeyFiles[${at}] "${file}": ${why}`);
  }
}
