import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import { Engine } from "../../engine/engine.ts";
import { electionTimeout, engineTimeout } from "../../engine/timeouts.ts";
import { isSshConnection } from "../../engine/ssh-shell.ts";
import { sshCommandOptions } from "../../engine/ssh.ts";
import { isTls, missingCertificates } from "../../engine/tls.ts";
import type { Host } from "../hosts/host.ts";
import { recordedOutputs } from "../preflight/recorded-state.ts";
import { pause } from "../../engine/pause.ts";

/** Returns the connection to a host's engine, once it answers. */
export function connectedEngine(host: Host): pulumi.Output<EngineConnection> {
  return pulumi.all([host.engine, host.ready]).apply(([engine]) => engine);
}

/** Settings of the one docker provider of a Swarm, by which it talks to a manager that answers. */
export function dockerConfig(name: string, managers: readonly Host[]): docker.ProviderArgs {
  const engine = connectedManager(name, managers);
  return {
    host: engine.apply(({ host }) => host),
    sshOpts: engine.apply((connection) => (isSshConnection(connection) ? sshCommandOptions(connection) : undefined)),
    caMaterial: engine.apply((connection) => tlsMaterial(connection).ca),
    certMaterial: engine.apply((connection) => tlsMaterial(connection).cert),
    keyMaterial: engine.apply((connection) => tlsMaterial(connection).key),
    // Left out, the plugin reads DOCKER_CONTEXT, which wins over `host`, and DOCKER_CERT_PATH, which it refuses beside
    // certificates that are given.
    context: "",
    certPath: "",
  };
}

/**
 * The certificates in the form that the plugin needs. Without a client certificate it would leave TLS out, and without
 * an authority it would leave the check of the engine's certificate out.
 *
 * @throws when there is no authority.
 */
export function tlsMaterial(connection: EngineConnection): Record<"ca" | "cert" | "key", string> {
  if (!isTls(connection)) return { ca: "", cert: "", key: "" };
  const [missing] = missingCertificates(connection);
  if (missing !== undefined)
    throw new Error(`the engine at ${connection.host} is reached in TLS: give its \`${missing}\` too`);
  const { ca = "", cert = UNUSED_CLIENT.cert, key = UNUSED_CLIENT.key } = connection;
  return { ca, cert, key };
}

const pem = (kind: string, ...lines: string[]) =>
  [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`, ""].join("\n");

/**
 * What the plugin gets for an engine that asks for no client certificate, and so never sees it. It is public and opens
 * nothing: no authority signed it.
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
 * The manager to talk to: the one of the last `up` as long as it answers, so that one which comes back, or joins, is
 * no reason to change; else the first by key that does. Before there is a Swarm, the host that it will be made on.
 */
function connectedManager(name: string, managers: readonly Host[]): pulumi.Output<EngineConnection> {
  const byKey = [...managers].sort((a, b) => (a.key < b.key ? -1 : 1));
  const [first] = byKey;
  if (!first) throw new Error("a Swarm needs at least one manager");
  return pulumi
    .all([pulumi.all(byKey.map((host) => host.engine)), recordedHost(name)])
    .apply(([engines, former]) => firstReachableManager(engines, former))
    .apply((engine) => (engine === undefined ? connectedEngine(first) : pulumi.output(engine)));
}

/** How long to wait for managers to elect a leader, in milliseconds. */
const ELECTION_MS = 20_000;
/** Poll interval during an election, in milliseconds. */
const AGAIN_MS = 500;

/**
 * Returns the first manager that answers and sees a leader, the former one before all others: the docker provider fails at
 * once where there is none. Returns undefined when none answers.
 */
export async function firstReachableManager(
  engines: readonly EngineConnection[],
  former: string | undefined,
): Promise<EngineConnection | undefined> {
  const isFormer = ({ host }: EngineConnection) => host === former;
  const ordered = [...engines.filter(isFormer), ...engines.filter((engine) => !isFormer(engine))];
  for (const end = performance.now() + ELECTION_MS; ; await pause(AGAIN_MS)) {
    const answers = ordered.map((engine) => inspectManager(engine, isFormer(engine) ? engineTimeout : electionTimeout));
    let leaderless: EngineConnection | undefined;
    for (const [at, answer] of answers.entries()) {
      const found = await answer;
      if (found?.seesLeader) return ordered[at];
      if (found) leaderless ??= ordered[at];
    }
    // All may be locked: the former one is as good as any other then.
    if (!leaderless) return ordered.find(isFormer);
    if (performance.now() >= end) return leaderless;
  }
}

/** Returns undefined for an engine that is silent, or manages no Swarm. */
async function inspectManager(
  connection: EngineConnection,
  patience: (connection: EngineConnection) => number,
): Promise<{ seesLeader: boolean } | undefined> {
  const info = await new Engine(connection).info(patience(connection)).catch(() => undefined);
  // Without a leader a manager cannot tell which Swarm it manages.
  return info?.Swarm.ControlAvailable ? { seesLeader: Boolean(info.Swarm.Cluster?.ID) } : undefined;
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
