import { describe, expect, test } from "vitest";
import type { NodeDetails, ServiceSpec, TaskDetails } from "../../../../engine/types.ts";
import { findPrepullTargets } from "../../../../provider/service/image-prepull.ts";
import { ownTasks } from "../../../../provider/service/task-snapshot.ts";
import { matchesSpec, type TaskBreakdown, classifyTasks } from "../../../../provider/service/task-status.ts";

const spec: ServiceSpec = {
  Name: "store",
  Mode: { Global: {} },
  TaskTemplate: { ContainerSpec: { Image: "minio@sha256:2" } },
  EndpointSpec: {
    Mode: "dnsrr",
    Ports: [{ Protocol: "tcp", TargetPort: 9000, PublishedPort: 9000, PublishMode: "host" }],
  },
};

const node = (ID: string, State: NodeDetails["Status"]["State"] = "ready") =>
  ({
    ID,
    Status: { State, Addr: "" },
    Description: { Hostname: `node-${ID}` },
    Spec: { Availability: "active" },
  }) as NodeDetails;

interface Sketch {
  node?: string;
  state?: string;
  desired?: string;
  image?: string;
  port?: number;
}

const task = ({ node: NodeID, state = "running", desired = "running", image = "minio@sha256:2", port }: Sketch) =>
  ({
    ID: `${NodeID}-${state}-${image}`,
    NodeID,
    DesiredState: desired,
    Spec: { ContainerSpec: { Image: image } },
    Status: {
      State: state,
      PortStatus: port === undefined ? {} : { Ports: [published(port), published(port)] },
    },
  }) as TaskDetails;

const published = (PublishedPort: number) =>
  ({ Protocol: "tcp", TargetPort: 9000, PublishedPort, PublishMode: "host" }) as const;

const OLD = "minio@sha256:1";

describe("classifyTasks", () => {
  test.each<[string, Sketch, keyof TaskBreakdown | undefined]>([
    ["a running task with the spec", {}, "upToDate"],
    ["a task with another spec", { image: OLD }, "outdated"],
    ["a task on another port", { port: 9100 }, "outdated"],
    ["a task that is being created", { state: "preparing" }, "starting"],
    ["a task that waits until its predecessor has stopped", { state: "assigned", desired: "ready" }, "starting"],
    ["a task with another spec that no node has room for", { state: "pending", image: OLD }, "outdatedFailing"],
    ["a task that is desired to stop", { desired: "shutdown", image: OLD }, "stopping"],
    ["a stopped task", { state: "shutdown", desired: "shutdown", image: OLD }, undefined],
    ["an old failed task", { state: "failed", desired: "shutdown" }, undefined],
  ])("%s", (_what, sketch, place) => {
    const { downNodes, ...places } = classifyTasks(spec, [task({ node: "a", ...sketch })], [node("a")]);
    expect(downNodes).toEqual([]);
    const found = Object.entries(places).filter(([, tasks]) => tasks.length > 0);
    expect(found.map(([name]) => name)).toEqual(place === undefined ? [] : [place]);
  });

  test("ignores tasks on a node that is down, but reports the node", () => {
    const tasks = [task({ node: "a" }), task({ node: "b", desired: "shutdown", image: OLD })];
    const { downNodes, ...places } = classifyTasks(spec, tasks, [node("a"), node("b", "down"), node("c", "down")]);
    expect(downNodes.map(({ ID }) => ID)).toEqual(["b"]);
    expect(Object.values(places).flat()).toEqual([tasks[0]]);
  });

  test("ignores one pending task for each node that is down", () => {
    const pending = task({ state: "pending" });
    const tasks = [task({ node: "b", desired: "shutdown" }), pending];
    expect(classifyTasks(spec, tasks, [node("b", "down")]).starting).toEqual([]);
    expect(classifyTasks(spec, [...tasks, { ...pending }], [node("b", "down")]).starting).toEqual([pending]);
    expect(classifyTasks(spec, tasks, [node("b")]).starting).toEqual([pending]);
  });

  test("compares ports once for IPv4 and IPv6, and not at all if none are reported", () => {
    expect(matchesSpec(task({ port: 9000 }), spec)).toBe(true);
    expect(matchesSpec(task({}), spec)).toBe(true);
    expect(matchesSpec(task({ port: 9000 }), { ...spec, EndpointSpec: { Mode: "dnsrr", Ports: [] } })).toBe(false);
  });
});

describe("ownTasks", () => {
  const connection = { host: "unix:///run/docker.sock" };
  const nodes = { one: { nodeId: "a", connection }, two: { nodeId: "c", connection } };
  const tasks = [task({ node: "a" }), task({ node: "b", state: "failed" }), task({ state: "pending" })];
  const global = { Mode: { Global: {} } };
  const replicated = { Mode: { Replicated: { Replicas: 2 } } };

  test.each([
    ["leaves out a global service's task on a replaced machine", global, nodes, [tasks[0], tasks[2]]],
    ["keeps all tasks of a replicated service", replicated, nodes, tasks],
    ["keeps all tasks while no node is known", global, {}, tasks],
  ])("%s", (_what, spec, known, counted) => {
    expect(ownTasks(tasks, spec, known)).toEqual(counted);
  });
});

describe("findPrepullTargets", () => {
  const connection = { host: "unix:///run/docker.sock" };
  const engines = {
    one: { nodeId: "a", connection },
    two: { nodeId: "b", connection },
    three: { nodeId: "c", connection },
  };

  test("returns the hosts that run tasks, without those that are down", () => {
    const tasks = [task({ node: "a" }), task({ node: "b", desired: "shutdown" }), task({ node: "x" })];
    const nodes = [node("a"), node("b", "down"), node("c"), node("x")];
    expect(findPrepullTargets(tasks, nodes, engines)).toEqual({ hosts: ["one"], downNodes: ["node-b"] });
  });
});
