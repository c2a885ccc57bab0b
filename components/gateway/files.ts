import * as pulumi from "@pulumi/pulumi";
import type { ConfigReference, SecretReference } from "../../engine/types.ts";
import type { LeafInputs } from "../shared/inputs.ts";
import type { Swarm } from "../swarm/swarm.ts";
import {
  configMount,
  createConfig,
  createSecret,
  type FileOptions,
  contentHash,
  secretMount,
} from "../service/secrets-and-configs.ts";
import { CONTAINER_FILES } from "./haproxy.ts";

/** User id of the process in the container. */
export const GATEWAY_USER = "65532";

/** The container's configs and secrets. */
export interface GatewayFiles {
  configs: LeafInputs<ConfigReference>[];
  secrets: LeafInputs<SecretReference>[];
}

/** Contents of the files. */
export interface GatewayFileContents {
  configuration: pulumi.Input<string>;
  certificate?: pulumi.Input<string>;
  key?: pulumi.Input<string>;
  storeAuthority?: pulumi.Input<string>;
}

/** Creates Docker configs and secrets with the files, named `<name>-configuration` and so on. */
export function createGatewayFiles(
  name: string,
  swarm: Swarm,
  { configuration, certificate, key, storeAuthority }: GatewayFileContents,
  user: pulumi.Input<string>,
  opts: FileOptions,
): GatewayFiles {
  const config = (role: string, text: pulumi.Input<string>, path: string) =>
    configMount(createConfig(`${name}-${role}`, swarm, text, opts), path, user);
  const configs = [config("configuration", configuration, CONTAINER_FILES.configuration)];
  if (storeAuthority !== undefined)
    configs.push(config("store-authority", storeAuthority, CONTAINER_FILES.storeAuthority));
  if (certificate === undefined || key === undefined) return { configs, secrets: [] };
  // The certificate changes with its key and is not secret, so its hash is the generation of both.
  const generation = pulumi.unsecret(contentHash(certificate));
  const secret = (role: string, text: pulumi.Input<string>, path: string) =>
    secretMount(createSecret(`${name}-${role}`, swarm, text, generation, opts), path, user);
  return {
    configs,
    secrets: [secret("certificate", certificate, CONTAINER_FILES.certificate), secret("key", key, CONTAINER_FILES.key)],
  };
}
