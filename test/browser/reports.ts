import type { StatusReport, TaskReport } from "../../commands/status/model.ts";
import type { DriveReport, ServerReport } from "../../commands/status/store.ts";

/** The last of the four is unreachable. */
const isGone = (at: number) => at === 3;

const hosts: StatusReport["hosts"] = ["a", "b", "c", "d"].map((key, at) => ({
  key,
  hostname: `node${at + 1}`,
  role: isGone(at) ? "worker" : "manager",
  leader: at === 0,
  state: isGone(at) ? "down" : "ready",
  availability: at === 2 ? "drain" : "active",
  engineVersion: "28.5.1",
  engine: `ssh://admin@192.0.2.${at + 1}`,
  reachable: !isGone(at),
  ...(isGone(at) && { error: "Docker Engine at ssh://admin@192.0.2.4 does not answer: connection timed out" }),
}));

const task = (service: string, node: string, over: Partial<TaskReport> = {}): TaskReport => ({
  id: `${service}-${node}`,
  name: `${service}.${node}`,
  service,
  node,
  image: "silo",
  desired: "running",
  state: "running",
  since: "2026-11-25T00:00:00Z",
  ageSeconds: 7300,
  addresses: ["10.20.0.3/24"],
  ...over,
});

const drive = (path: string, usedGiB: number, state = "ok"): DriveReport => ({
  path,
  state,
  usedBytes: usedGiB * 2 ** 30,
  totalBytes: 100 * 2 ** 30,
  pool: 0,
  set: 0,
});

const server = (at: number): ServerReport => ({
  endpoint: `minio-node${at + 1}:9000`,
  state: isGone(at) ? "offline" : "online",
  uptimeSeconds: 73_000,
  version: isGone(at) ? "" : "2026-09-16T00:00:00Z",
  drives: isGone(at)
    ? []
    : [drive("/drives/d1", 41 + at * 7), drive("/drives/d2", 44, at === 1 ? "offline" : "ok"), drive("/drives/d3", 83)],
});

/** A store on four hosts, with an unreachable host and an offline drive. */
export const FOUR_HOSTS: StatusReport = {
  stack: "prod",
  hosts,
  manager: "a",
  network: {
    id: "k2j3h4k2j3h4",
    name: "minio-overlay-network",
    scope: "swarm",
    driver: "overlay",
    encrypted: true,
    attachable: true,
    internal: false,
    subnets: ["10.20.0.0/24"],
    gateways: ["10.20.0.1"],
    vxlanIds: ["4097"],
    labels: { team: "storage", "pulumi-swarm.project": "pulumi-swarm" },
    peers: [
      { name: "p1", address: "192.0.2.1" },
      { name: "p2", address: "192.0.2.2" },
    ],
    containers: [{ name: "minio-main.xyz", address: "10.20.0.3/24", mac: "02:42:0a:14:00:03" }],
  },
  services: [
    {
      id: "service1",
      name: "minio-main",
      mode: "global",
      running: 3,
      desired: 4,
      image: "pgsty/silo:RELEASE.2026-09-16T00-00-00Z@sha256:635197cb9f36…",
      ports: ["9000->9000/tcp (host)", "9001->9001/tcp (host)"],
      update: "completed: update completed",
    },
    {
      id: "service2",
      name: "gateway",
      mode: "global",
      running: 1,
      desired: 1,
      image: "haproxy:3.2.25-alpine@sha256:abababababab…",
      ports: ["443->8000/tcp (host)"],
    },
  ],
  tasks: [
    ...["node1", "node2", "node3"].map((node) => task("minio-main", node)),
    task("gateway", "node1", { ageSeconds: 50 }),
    task("minio-main", "node2", { id: "old", desired: "shutdown", state: "failed", error: "task: non-zero exit (1)" }),
    task("minio-main", "node1", { id: "older", desired: "shutdown", state: "shutdown", addresses: [] }),
  ],
  store: {
    writable: true,
    endpoints: Object.fromEntries(
      hosts.map(({ key }, at) => {
        const answer = isGone(at) ? "no answer within 5 s" : "healthy";
        return [key, { url: `https://192.0.2.${at + 1}:9000`, healthy: !isGone(at), answer }];
      }),
    ),
    servers: hosts.map((_, at) => server(at)),
    problems: [],
  },
  problems: [
    "host d: Docker Engine at ssh://admin@192.0.2.4 does not answer: connection timed out",
    "host d: its node is down",
    "service minio-main: 3 of 4 tasks run",
    "drive /drives/d2 of minio-node2:9000 is offline",
  ],
};

/** A healthy store on one host. */
export const ONE_HOST: StatusReport = {
  ...FOUR_HOSTS,
  stack: "dev",
  hosts: FOUR_HOSTS.hosts.slice(0, 1),
  services: FOUR_HOSTS.services.slice(0, 1).map((service) => ({ ...service, running: 1, desired: 1 })),
  tasks: FOUR_HOSTS.tasks.slice(0, 1),
  store: {
    ...FOUR_HOSTS.store,
    endpoints: { a: { url: "https://192.0.2.1:9000", healthy: true, answer: "healthy" } },
    servers: FOUR_HOSTS.store.servers.slice(0, 1),
  },
  problems: [],
};
