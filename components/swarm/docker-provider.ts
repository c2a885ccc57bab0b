import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type EngineConnection, isSshConnection } from "../../engine/engine-connection.ts";
import { sshCommandOptions } from "../../engine/ssh.ts";
import { isTls, missingCertificates } from "../../engine/tls.ts";
import type { Host } from "../hosts/host.ts";
import { recordedOutputs } from "../preflight/recorded-state.ts";
import { whilePulumiRuns } from "../shared/while-pulumi-runs.ts";
import { firstReachableManager } from "./reachable-manager.ts";

/** Returns the connection to a host's engine, once it answers. */
export function connectedEngine(host: Host): pulumi.Output<EngineConnection> {
  return pulumi.all([host.engine, host.ready]).apply(([engine]) => engine);
}

/** Returns the settings of the Swarm's docker provider, which connects to a reachable manager. */
export function dockerConfig(name: string, managers: readonly Host[]): docker.ProviderArgs {
  const engine = connectedManager(name, managers);
  return {
    host: engine.apply(({ host }) => host),
    sshOpts: engine.apply((connection) => (isSshConnection(connection) ? sshCommandOptions(connection) : undefined)),
    caMaterial: engine.apply((connection) => tlsMaterial(connection).ca),
    certMaterial: engine.apply((connection) => tlsMaterial(connection).cert),
    keyMaterial: engine.apply((connection) => tlsMaterial(connection).key),
    // If these are omitted, the plugin reads DOCKER_CONTEXT, which takes precedence over `host`, and DOCKER_CERT_PATH,
    // which it refuses together with explicit certificates.
    context: "",
    certPath: "",
  };
}

/**
 * Returns the certificates as the plugin needs them. Without a client certificate it would not use TLS, and without an
 * authority it would not verify the engine's certificate.
 *
 * @throws Error if there is no authority
 */
export function tlsMaterial(connection: EngineConnection): Record<"ca" | "cert" | "key", string> {
  if (!isTls(connection)) return { ca: "", cert: "", key: "" };
  const [missing] = missingCertificates(connection);
  if (missing !== undefined)
    throw new Error(`the engine at ${connection.host} uses TLS: give its \`${missing}\` as well`);
  const { ca = "", cert = UNUSED_CLIENT.cert, key = UNUSED_CLIENT.key } = connection;
  return { ca, cert, key };
}

const pem = (kind: string, ...lines: string[]) =>
  [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`, ""].join("\n");

/**
 * A client certificate for engines that do not request one, because the plugin requires one. It is public and gives no
 * access: no authority signed it.
 */
const UNUSED_CLIENT = {
  cert: pem(
    "CERTIFICATE",
    "MIIBXTCCAQ+gAwIBAgIUYAjibFfoCqvaKEg6VAJcZ4mFQz4wBQYDK2VwMCMxITAf",
    "BgNVBAMMGG5vIGNsaWVudCBhdXRoZW50aWNhdGlvbjAgFw0yNjExMzAxMjAyMDFa",
    "GA8yMTI2MTEwNjEyMDIwMVowIzEhMB8GA1UEAwwYbm8gY2xpZW50IGF1dGhlbnRp",
    "Y2F0aW9uMCowBQYDK2VwAyEA2eE/ZNqtQWf7ekk1yhFKHnwNPQxqUBl62atOa1Hc",
    "g8SjUzBRMB0GA1UdDgQWBBSHdszAyXAD2TYbYb0JjFH6m0cN0TAfBgNVHSMEGDAW",
    "gBSHdszAyXAD2TYbYb0JjFH6m0cN0TAPBgNVHRMBAf8EBTADAQH/MAUGAytlcANB",
    "AFfzdLu5FbEG7AG0bmZhhoebxQfKMZZyPc7viBn/6QoFaoTQIxSf1ym96TMK9oxG",
    "UHq9YPzQO6ttGDiDiQnwLgI=",
  ),
  key: pem("PRIVATE KEY", "MC4CAQAwBQYDK2VwBCIEILrlwxFhlI1bkFgcz+apxSQHYKIAwtaOQjN5xCYHMMmd"),
};

/**
 * Returns the manager to connect to: the one of the last `up` if it answers, so that a manager that returns or joins
 * does not change the provider; otherwise the first by key that answers. Before the Swarm exists, returns the host that
 * it will be created on.
 */
function connectedManager(name: string, managers: readonly Host[]): pulumi.Output<EngineConnection> {
  const byKey = [...managers].sort((a, b) => (a.key < b.key ? -1 : 1));
  const [first] = byKey;
  if (!first) throw new Error("a Swarm needs at least one manager");
  return pulumi
    .all([pulumi.all(byKey.map((host) => host.engine)), recordedHost(name)])
    .apply(([engines, recorded]) => whilePulumiRuns(() => firstReachableManager(engines, recorded)))
    .apply((engine) => (engine === undefined ? connectedEngine(first) : pulumi.output(engine)));
}

/** Returns the engine that the provider used in the last `up`. */
function recordedHost(name: string): pulumi.Output<string | undefined> {
  return recordedOutputs().apply((resources) => {
    const urn = Object.keys(resources ?? {}).find((one) => one.endsWith(`::${name}`) && one.includes(PROVIDER));
    const host = urn === undefined ? undefined : resources?.[urn]?.outputs?.["host"];
    return typeof host === "string" ? host : undefined;
  });
}

const PROVIDER = "pulumi:providers:docker";
