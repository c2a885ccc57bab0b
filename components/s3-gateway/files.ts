import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ConfigReference, SecretReference } from "../engine/types.ts";
import type { DeepInput } from "../shared/inputs.ts";
import { ownerLabels, SWARM_LABEL } from "../shared/labels.ts";
import { ownerOf } from "../shared/owner.ts";
import type { Swarm } from "../swarm/swarm.ts";
import { FILES } from "./traefik.ts";

/** Tells a file from its successor: by its labels one that a killed `up` left behind is known. */
const GENERATION_LABEL = "pulumi-swarm.generation";

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

/**
 * The files as Docker configs and secrets, `<name>-routes` and so on. Docker has none with its contents changed, only
 * another; the engine's names are Pulumi's to make up, so the next one can be there before this one goes.
 */
export function gatewayFiles(
  name: string,
  swarm: Swarm,
  texts: GatewayTexts,
  opts: pulumi.CustomResourceOptions,
): GatewayFiles {
  const { routes, certificate, key, storeAuthority } = texts;
  const common = { ...opts, provider: swarm.provider };
  const config = (role: string, text: pulumi.Input<string>, path: string) => {
    const made = new docker.ServiceConfig(
      `${name}-${role}`,
      { data: base64(text), labels: labels(`${name}-${role}`, swarm, text) },
      common,
    );
    return { ConfigID: made.id, ConfigName: made.name, File: file(path, 0o444) };
  };
  // A key's generation is told by its certificate's: nothing of a key is in plain state.
  const secret = (role: string, text: pulumi.Input<string>, sign: pulumi.Input<string>, path: string) => {
    const made = new docker.Secret(
      `${name}-${role}`,
      { data: pulumi.secret(base64(text)), labels: labels(`${name}-${role}`, swarm, sign) },
      common,
    );
    return { SecretID: made.id, SecretName: made.name, File: file(path, 0o400) };
  };
  return {
    configs: [
      config("routes", routes, FILES.routes),
      ...(storeAuthority === undefined ? [] : [config("store-authority", storeAuthority, FILES.storeAuthority)]),
    ],
    secrets:
      certificate === undefined || key === undefined
        ? []
        : [
            secret("certificate", certificate, certificate, FILES.certificate),
            secret("key", key, certificate, FILES.key),
          ],
  };
}

function file(path: string, Mode: number) {
  return { Name: path, UID: GATEWAY_USER, GID: GATEWAY_USER, Mode };
}

function labels(name: string, swarm: Swarm, sign: pulumi.Input<string>) {
  const generation = pulumi.output(sign).apply((text) => createHash("sha256").update(text).digest("hex").slice(0, 16));
  const all = {
    ...ownerLabels(ownerOf(name)),
    [SWARM_LABEL]: swarm.swarmId,
    [GENERATION_LABEL]: pulumi.unsecret(generation),
  };
  return Object.entries(all).map(([label, value]) => ({ label, value }));
}

function base64(text: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(text).apply((plainText) => Buffer.from(plainText).toString("base64"));
}
