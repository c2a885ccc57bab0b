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
  ({ ID, Status: { State, Addr: "" }, Description: { Hostname: `node-${ID}` } }) as NodeDetails;

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

describe("where a service's tasks stand", () => {
  test.each<[string, Sketch, keyof TaskBreakdown | undefined]>([
    ["a task that runs with the settings", {}, "upToDate"],
    ["one with other settings", { image: OLD }, "outdated"],
    ["one on another port", { port: 9100 }, "outdated"],
    ["one that is being made", { state: "preparing" }, "starting"],
    ["one that is held back until its predecessor has stopped", { state: "assigned", desired: "ready" }, "starting"],
    ["one of other settings that no node has room for", { state: "pending", image: OLD }, "outdatedFailing"],
    ["one that is told to stop", { desired: "shutdown", image: OLD }, "stopping"],
    ["one that has stopped", { state: "shutdown", desired: "shutdown", image: OLD }, undefined],
    ["one that failed long ago", { state: "failed", desired: "shutdown" }, undefined],
  ])("%s", (_what, sketch, place) => {
    const { downNodes, ...places } = classifyTasks(spec, [task({ node: "a", ...sketch })], [node("a")]);
    expect(downNodes).toEqual([]);
    const found = Object.entries(places).filter(([, tasks]) => tasks.length > 0);
    expect(found.map(([name]) => name)).toEqual(place === undefined ? [] : [place]);
  });

  test("what a node that is down said last counts for nothing, but that it had a task", () => {
    const tasks = [task({ node: "a" }), task({ node: "b", desired: "shutdown", image: OLD })];
    const { downNodes, ...places } = classifyTasks(spec, tasks, [node("a"), node("b", "down"), node("c", "down")]);
    expect(downNodes.map(({ ID }) => ID)).toEqual(["b"]);
    expect(Object.values(places).flat()).toEqual([tasks[0]]);
  });

  test("a task bound to a node that is down waits for it, and is not waited for; one more is", () => {
    const pending = task({ state: "pending" });
    const tasks = [task({ node: "b", desired: "shutdown" }), pending];
    expect(classifyTasks(spec, tasks, [node("b", "down")]).starting).toEqual([]);
    expect(classifyTasks(spec, [...tasks, { ...pending }], [node("b", "down")]).starting).toEqual([pending]);
    expect(classifyTasks(spec, tasks, [node("b")]).starting).toEqual([pending]);
  });

  test("a port told twice, for IPv4 and IPv6, is one; none told is none that differs", () => {
    expect(matchesSpec(task({ port: 9000 }), spec)).toBe(true);
    expect(matchesSpec(task({}), spec)).toBe(true);
    expect(matchesSpec(task({ port: 9000 }), { ...spec, EndpointSpec: { Mode: "dnsrr", Ports: [] } })).toBe(false);
  });
});

describe("which tasks count", () => {
  const connection = { host: "unix:///run/docker.sock" };
  const nodes = { one: { nodeId: "a", connection }, two: { nodeId: "c", connection } };
  const tasks = [task({ node: "a" }), task({ node: "b", state: "failed" }), task({ state: "pending" })];
  const global = { Mode: { Global: {} } };
  const replicated = { Mode: { Replicated: { Replicas: 2 } } };

  test.each([
    ["of a global service not that of a machine that was replaced", global, nodes, [tasks[0], tasks[2]]],
    ["where Swarm chooses the nodes all", replicated, nodes, tasks],
    ["while no node is known all", global, {}, tasks],
  ])("%s", (_what, spec, known, counted) => {
    expect(ownTasks(tasks, spec, known)).toEqual(counted);
  });
});

describe("where an image has to be before tasks restart with it", () => {
  const connection = { host: "unix:///run/docker.sock" };
  const engines = {
    one: { nodeId: "a", connection },
    two: { nodeId: "b", connection },
    three: { nodeId: "c", connection },
  };

  test("on the hosts that run tasks, and of those on all that are there", () => {
    const tasks = [task({ node: "a" }), task({ node: "b", desired: "shutdown" }), task({ node: "x" })];
    const nodes = [node("a"), node("b", "down"), node("c"), node("x")];
    expect(findPrepullTargets(tasks, nodes, engines)).toEqual({ hosts: ["one"], downNodes: ["node-b"] });
  });
});
