import { describe, expect, test } from "vitest";
import type { RecordedMember } from "../../../commands/lib/recorded-stack.ts";
import type { HostSnapshot } from "../../../commands/status/hosts.ts";
import { type StatusSnapshot, statusReport, type SwarmSnapshot } from "../../../commands/status/model.ts";
import { formatAge, renderStatus, formatSize } from "../../../commands/status/render.ts";
import { type AdminDrive, type AdminInfo, parseAdminInfo, storeReport } from "../../../commands/status/store.ts";
import type {
  EngineInfo,
  NetworkDetails,
  NodeDetails,
  ServiceDetails,
  SwarmInfo,
  TaskDetails,
} from "../../../engine/types.ts";

const drive = (state = "ok", more: Partial<AdminDrive> = {}): AdminDrive => ({
  path: "/drives/d1",
  state,
  usedspace: 1024,
  totalspace: 4096,
  pool_index: 0,
  set_index: 0,
  ...more,
});

const adminInfo = (drives: AdminDrive[], parity: number, state = "online"): AdminInfo => ({
  status: "success",
  info: {
    backend: { backendType: "Erasure", standardSCParity: parity, totalDrivesPerSet: [drives.length] },
    servers: [{ endpoint: "minio-host:9000", state, uptime: 90, version: "2026-09-16", drives }],
  },
});

const network = {
  Id: "net1",
  Name: "minio-overlay-network",
  Scope: "swarm",
  Driver: "overlay",
  Internal: false,
  Attachable: true,
  IPAM: { Driver: "default", Config: [{ Subnet: "10.0.1.0/24", Gateway: "10.0.1.1" }] },
  Options: { encrypted: "", "com.docker.network.driver.overlay.vxlanid_list": "4097" },
  Labels: { team: "storage" },
  Peers: [{ Name: "peer1", IP: "127.0.0.1" }],
  Containers: {
    c2: { Name: "z", EndpointID: "e", MacAddress: "02:42:0a:00:01:04", IPv4Address: "10.0.1.4/24" },
    c1: { Name: "minio-main.node", EndpointID: "e", MacAddress: "02:42:0a:00:01:03", IPv4Address: "10.0.1.3/24" },
  },
} as unknown as NetworkDetails;

const service = (running: number, desired: number) =>
  ({
    ID: "svc1",
    Spec: {
      Name: "minio-main",
      Mode: { Global: {} },
      TaskTemplate: { ContainerSpec: { Image: `pgsty/silo:R@sha256:${"ab".repeat(32)}` } },
      EndpointSpec: {
        Mode: "dnsrr",
        Ports: [{ Protocol: "tcp", TargetPort: 9000, PublishedPort: 19000, PublishMode: "host" }],
      },
    },
    ServiceStatus: { RunningTasks: running, DesiredTasks: desired },
    UpdateStatus: { State: "completed", Message: "update completed" },
  }) as unknown as ServiceDetails;

const task = (id: string, at: string, state: string, error?: string) =>
  ({
    ID: id,
    ServiceID: "svc1",
    NodeID: "node1",
    Spec: { ContainerSpec: { Image: "pgsty/silo:R" } },
    DesiredState: state === "running" ? "running" : "shutdown",
    Status: { Timestamp: at, State: state, Err: error },
    NetworksAttachments: [{ Network: { ID: "net1", Spec: { Name: "n" } }, Addresses: ["10.0.1.3/24"] }],
  }) as unknown as TaskDetails;

const node = (ID: string, Hostname: string, State = "ready", more: object = {}) =>
  ({
    ID,
    Spec: { Role: "manager", Availability: "active" },
    Description: { Hostname, Engine: { EngineVersion: "20.10" } },
    Status: { State },
    ...more,
  }) as unknown as NodeDetails;
const nodes = [node("node1", "host", "ready", { ManagerStatus: { Leader: true } })];
const healthy = { local: { url: "http://127.0.0.1:9000", healthy: true, answer: "healthy" } };

const member = (key: string, nodeId: string) =>
  ({ key, nodeId, role: "manager", connection: { host: `ssh://${key}` } }) as RecordedMember;
const answer = (swarm: Partial<SwarmInfo> = {}, more: Partial<HostSnapshot> = {}): HostSnapshot => ({
  member: member("local", "node1"),
  info: {
    Name: "host",
    ServerVersion: "20.10",
    Swarm: { LocalNodeState: "active", ControlAvailable: true, Cluster: { ID: "swarm1" }, ...swarm },
  } as EngineInfo,
  ...more,
});

const found = (over: Partial<StatusSnapshot> = {}, swarm: Partial<SwarmSnapshot> = {}): StatusSnapshot => ({
  stack: "dev",
  swarmId: "swarm1",
  networkName: "minio-overlay-network",
  declared: [{ id: "svc1", name: "minio-main" }],
  hosts: [answer()],
  swarm: {
    manager: "local",
    network,
    services: [service(1, 1)],
    tasks: [
      task("old", "2026-11-23T00:00:00Z", "failed", "task: non-zero exit (1)"),
      task("new", "2026-11-23T00:01:00Z", "running"),
    ],
    nodes,
    ...swarm,
  },
  store: storeReport(adminInfo([drive(), drive(), drive(), drive()], 2), healthy),
  now: new Date("2026-11-23T01:01:00Z"),
  ...over,
});

describe("the report", () => {
  test("contains everything that the article looks up by hand", () => {
    const report = statusReport(found());
    expect(report.network).toEqual({
      id: "net1",
      name: "minio-overlay-network",
      scope: "swarm",
      driver: "overlay",
      encrypted: true,
      attachable: true,
      internal: false,
      subnets: ["10.0.1.0/24"],
      gateways: ["10.0.1.1"],
      vxlanIds: ["4097"],
      labels: { team: "storage" },
      peers: [{ name: "peer1", address: "127.0.0.1" }],
      containers: [
        { name: "minio-main.node", address: "10.0.1.3/24", mac: "02:42:0a:00:01:03" },
        { name: "z", address: "10.0.1.4/24", mac: "02:42:0a:00:01:04" },
      ],
    });
    expect(report.services).toMatchObject([
      { name: "minio-main", mode: "global", running: 1, desired: 1, ports: ["19000->9000/tcp (host)"] },
    ]);
    expect(report.tasks).toMatchObject([
      {
        id: "new",
        name: "minio-main.host",
        node: "host",
        state: "running",
        ageSeconds: 3600,
        addresses: ["10.0.1.3/24"],
      },
      { id: "old", state: "failed", desired: "shutdown", error: "task: non-zero exit (1)" },
    ]);
    expect(report.store.servers[0]?.drives).toHaveLength(4);
    expect(report.problems).toEqual([]);
  });

  test("survives JSON unchanged", () => {
    const report = statusReport(found());
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test.each<[string, Partial<SwarmSnapshot>, RegExp]>([
    ["the network is missing", { network: undefined }, /^network minio-overlay-network is missing: .*npm run up/],
    [
      "the service is missing",
      { services: [], tasks: [] },
      /^service minio-main is missing: recreate it with `npm run up`$/,
    ],
    [
      "too few tasks, with the last error",
      { services: [service(0, 1)] },
      /^service minio-main: 0 of 1 tasks run; last error, on host: task: non-zero exit \(1\)$/,
    ],
    [
      "no node satisfies the constraints",
      { services: [service(0, 0)], tasks: [] },
      /0 of 0 tasks run: no node satisfies its constraints$/,
    ],
    [
      "a task that waits for its restart",
      { services: [service(0, 0)] },
      /0 of 0 tasks run; last error, on host: task: non-zero exit \(1\)$/,
    ],
    ["a node is down", { nodes: [node("node1", "host", "down")] }, /^host local: its node is down$/],
    ["a node is missing", { nodes: [] }, /^host local: its node is not in the Swarm$/],
  ])("problem: %s", (_name, over, line) => {
    expect(statusReport(found({}, over)).problems).toContainEqual(expect.stringMatching(line));
  });

  test("problem: the state of the store is unknown", () => {
    const { problems } = statusReport(found({ store: storeReport("refused", {}) }));
    expect(problems).toEqual(["the store's state is unknown: refused"]);
  });

  test("shows an unreachable host in one line, with the Swarm's data on it", () => {
    const unreachable = {
      member: member("far", "node2"),
      error: "Docker Engine at ssh://far does not answer: timeout",
    };
    const report = statusReport(
      found({ hosts: [answer(), unreachable] }, { nodes: [...nodes, node("node2", "far-1", "down")] }),
    );
    expect(report.hosts).toMatchObject([
      { key: "local", hostname: "host", leader: true, state: "ready", reachable: true },
      { key: "far", hostname: "far-1", leader: false, state: "down", engineVersion: "20.10", reachable: false },
    ]);
    expect(report.problems).toEqual([`host far: ${unreachable.error}`, "host far: its node is down"]);
    expect(renderStatus(report)).toMatch(/far-1.*down.*ssh:\/\/far.*no/);
  });

  test.each<[string, HostSnapshot[], RegExp]>([
    ["a lost quorum", [answer({ Cluster: undefined })], /\(local is a manager without quorum\)/],
    ["a machine that left", [answer({ LocalNodeState: "inactive", ControlAvailable: false })], /\(local is inactive\)/],
    ["another Swarm", [answer({ Cluster: { ID: "x" } })], /\(local is in another Swarm \(x\)\)/],
    ["unreachable", [answer({}, { info: undefined, error: "down" })], /swarm1 answers: bring managers back/],
  ])("no manager: %s", (_name, hosts, line) => {
    const report = statusReport(found({ hosts, swarm: undefined }));
    expect(report.problems).toContainEqual(expect.stringMatching(line));
    expect(report.problems).not.toContainEqual(expect.stringMatching(/is missing|no service/));
    expect(report.hosts).toMatchObject([{ key: "local", state: "unknown" }]);
    expect(renderStatus(report)).toContain("Network\nunknown: no manager answers");
  });

  test.each<[Record<string, string> | null, boolean]>([
    [{ encrypted: "" }, true],
    [{ encrypted: "true" }, true],
    [{ encrypted: "false" }, false],
    [{}, false],
    [null, false],
  ])("options %j: encrypted %j", (Options, expected) => {
    expect(statusReport(found({}, { network: { ...network, Options } })).network?.encrypted).toBe(expected);
  });
});

describe("the store", () => {
  const states = (ok: number, bad: number) => [...Array(ok).fill("ok"), ...Array(bad).fill("offline")] as string[];
  test.each([
    // Drives that are up, drives that are down, parity, whether objects can be written.
    [4, 0, 2, true],
    [3, 1, 2, true],
    [2, 2, 2, false],
    [6, 2, 2, true],
    [5, 3, 2, false],
    [1, 0, 0, true],
    [0, 1, 0, false],
  ])("%i of its drives are up, %i are down, parity %i: writable %j", (ok, bad, parity, writable) => {
    const drives = states(ok, bad).map((state) => drive(state));
    const report = storeReport(adminInfo(drives, parity), {});
    expect(report.writable).toBe(writable);
    expect(report.problems.filter((line) => /^drive .* is offline$/.test(line))).toHaveLength(bad);
  });

  test("does not count the drives of an offline server", () => {
    const report = storeReport(adminInfo([drive(), drive()], 1, "offline"), {});
    expect(report.writable).toBe(false);
    expect(report.problems).toContain("server minio-host:9000 is offline");
  });

  test("reports an unhealthy endpoint as a problem", () => {
    const endpoints = { a: { url: "http://a:9000", healthy: false, answer: "no answer within 5 s" } };
    const report = storeReport(adminInfo([drive()], 0), endpoints);
    expect(report.problems).toEqual(["endpoint a (http://a:9000): no answer within 5 s"]);
  });

  test.each([
    ['{"status":"error","error":{"message":"Unable","cause":{"message":"connection refused"}}}', "connection refused"],
    ['{"status":"error","error":"no"}', "no"],
    ['{"status":"success"}', "mc reported no state"],
    [
      'OCI runtime exec failed: "mc": executable file not found\n',
      'OCI runtime exec failed: "mc": executable file not found',
    ],
    ["", "mc printed nothing"],
  ])("explains the output %j of mc", (printed, reason) => {
    expect(parseAdminInfo(printed)).toBe(reason);
  });

  test("parses the output of mc", () => {
    const answer = adminInfo([drive()], 0);
    expect(parseAdminInfo(JSON.stringify(answer))).toEqual(answer);
  });
});

describe("rendering", () => {
  test("shows everything", () => {
    const text = renderStatus(statusReport(found()));
    for (const part of ["Stack dev", "4097", "10.0.1.0/24", "team=storage", "peer1 127.0.0.1", "10.0.1.3/24"]) {
      expect(text).toContain(part);
    }
    for (const part of ["1/1", "running 1 h ago", "task: non-zero exit (1)", "has write quorum", "/drives/d1"]) {
      expect(text).toContain(part);
    }
    expect(text).toContain("pgsty/silo:R@sha256:abababababab…");
    expect(text.endsWith("No problems.")).toBe(true);
  });

  test("lists problems last, one per line", () => {
    const text = renderStatus(statusReport(found({}, { network: undefined, services: [], tasks: [] })));
    expect(text).toContain("Problems:\n  network minio-overlay-network");
  });

  test.each([
    [0, "0 s"],
    [59, "59 s"],
    [60, "1 min"],
    [3_599, "59 min"],
    [7_200, "2 h"],
    [200_000, "2 d"],
  ])("%i seconds are %s", (seconds, text) => expect(formatAge(seconds)).toBe(text));

  test.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [1.5 * 2 ** 30, "1.5 GiB"],
  ])("%d bytes are %s", (bytes, text) => expect(formatSize(bytes)).toBe(text));
});
