import { setTimeout as pause } from "node:timers/promises";
import { endpointHealth } from "../../commands/status/health.ts";
import type { LabHost } from "../../lab/lab.ts";

export interface HostNetworkStore {
  image: string;
  user: string;
  password: string;
  /** Folder for its files on every host. */
  folder: string;
}

/** The store on the overlay network uses port 9000. */
const PORT = 9100;

/** Health checks of the new cluster, 200 ms apart. */
const TRIES = 600;

/**
 * Starts a store in plain containers on the hosts' network, without Swarm and address translation, for comparison with
 * the overlay network. Returns its endpoints once it is healthy. It ends with the hosts.
 */
export async function startOnHostNetwork(hosts: readonly LabHost[], store: HostNetworkStore): Promise<string[]> {
  const endpoints = hosts.map(({ address }) => `http://${address}:${PORT}`);
  const drives = endpoints.map((endpoint) => `${endpoint}/drives/d1`);
  await Promise.all(hosts.map((host) => startOne(host, store, drives)));
  await Promise.all(endpoints.map(waitUntilHealthy));
  return endpoints;
}

async function startOne({ engine }: LabHost, store: HostNetworkStore, drives: string[]): Promise<void> {
  const { image, user, password, folder } = store;
  const { Id } = await engine.request<{ Id: string }>("POST", "/containers/create", {
    body: {
      Image: image,
      Cmd: ["server", "--address", `:${PORT}`, ...drives],
      Env: [`MINIO_ROOT_USER=${user}`, `MINIO_ROOT_PASSWORD=${password}`],
      HostConfig: { NetworkMode: "host", Binds: [`${folder}:/drives/d1`] },
    },
  });
  await engine.request("POST", `/containers/${Id}/start`);
}

async function waitUntilHealthy(endpoint: string): Promise<void> {
  for (let tries = 0; !(await endpointHealth(endpoint)).healthy; tries++) {
    if (tries === TRIES) throw new Error(`the store at ${endpoint} is not healthy after two minutes`);
    await pause(200);
  }
}
