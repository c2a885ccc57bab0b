import * as pulumi from "@pulumi/pulumi";
import type { ConfigReference, SecretReference } from "../engine/types.ts";
import type { DeepInput } from "../shared/inputs.ts";
import type { Swarm } from "../swarm/swarm.ts";
import { dockerConfig, dockerSecret, type FileHandle, generationOf } from "../swarm-service/docker-files.ts";
import { FILES } from "./traefik.ts";

/** The user in the container; nothing there is root's. */
export const GATEWAY_USER = "65532";

/** What the container is given to read, as files. */
export interface GatewayFiles {
  configs: DeepInput<ConfigReference>[];
  secrets: DeepInput<SecretReference>[];
}

/** What is in the files. */
export interface GatewayTexts {
  routes: string;
  certificate?: pulumi.Input<string>;
  key?: pulumi.Input<string>;
  storeAuthority?: pulumi.Input<string>;
}

/** The files as Docker configs and secrets, `<name>-routes` and so on. */
export function gatewayFiles(
  name: string,
  swarm: Swarm,
  { routes, certificate, key, storeAuthority }: GatewayTexts,
  opts: pulumi.CustomResourceOptions,
): GatewayFiles {
  const config = (role: string, text: pulumi.Input<string>) => dockerConfig(`${name}-${role}`, swarm, text, opts);
  const configs = [configFile(config("routes", routes), FILES.routes)];
  if (storeAuthority !== undefined) {
    configs.push(configFile(config("store-authority", storeAuthority), FILES.storeAuthority));
  }
  if (certificate === undefined || key === undefined) return { configs, secrets: [] };
  // Every key has a certificate of its own, which is no secret: it tells the generation of both.
  const generation = pulumi.unsecret(generationOf(certificate));
  const secret = (role: string, text: pulumi.Input<string>) =>
    dockerSecret(`${name}-${role}`, swarm, text, generation, opts);
  return {
    configs,
    secrets: [
      secretFile(secret("certificate", certificate), FILES.certificate),
      secretFile(secret("key", key), FILES.key),
    ],
  };
}

function configFile({ id, name }: FileHandle, path: string): DeepInput<ConfigReference> {
  return { ConfigID: id, ConfigName: name, File: file(path, 0o444) };
}

function secretFile({ id, name }: FileHandle, path: string): DeepInput<SecretReference> {
  return { SecretID: id, SecretName: name, File: file(path, 0o400) };
}

function file(path: string, Mode: number) {
  return { Name: path, UID: GATEWAY_USER, GID: GATEWAY_USER, Mode };
}
