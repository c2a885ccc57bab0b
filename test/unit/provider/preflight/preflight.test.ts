import { describe, expect, test } from "vitest";
import { listOrphanedNetworks, plannedOutages, withoutNetworks } from "../../../../provider/preflight/live-networks.ts";
import { detachNetwork } from "../../../../provider/networks/release-networks.ts";
import { Preflight } from "../../../../provider/preflight/preflight.ts";
import { ownerLabels } from "../../../../core/labels.ts";
import { attached, NETWORK, owner, ownManager, ownNetwork, service, snapshot } from "../../preflight-snapshot.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const OURS = ownerLabels(owner("store"));
const changed = { ...NETWORK, settings: { ...NETWORK.settings, subnet: "10.21.0.0/24" } };

describe("check", () => {
  test.each([
    ["unknown", UNKNOWN],
    ["unreachable", { host: "unix:///nowhere/docker.sock" }],
  ])("reports nothing if an engine is %s", async (_, connection) => {
    const hosts = { a: { connection: connection as { host: string }, hostname: "a" } };
    const { failures, inputs } = await Preflight.check!({}, { hosts, requirements: [NETWORK], allowOutage: false });
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({ orphanedNetworks: [], outages: [] });
  });
});

describe("diff", () => {
  const inputs = { hosts: {}, requirements: [NETWORK], allowOutage: false, orphanedNetworks: [], outages: [] };
  test("other requirements are not a change", async () =>
    expect(await Preflight.diff("", { ...inputs, requirements: [] }, inputs)).toEqual({ changes: false }));
  test("an obstacle is a change", async () => {
    const orphanedNetworks = [{ network: "net", networkId: "id-net" }];
    expect(await Preflight.diff("", inputs, { ...inputs, orphanedNetworks })).toEqual({ changes: true });
    expect(await Preflight.diff("", { ...inputs, orphanedNetworks }, inputs)).toEqual({ changes: false });
  });
});

describe("orphanedNetworks", () => {
  const found = snapshot({ a: ownManager({ networks: [ownNetwork()] }) });
  const leftover = { network: "net", networkId: "id-net" };
  test.each([
    ["that is not in the state", ["other"], found, [leftover]],
    ["that is in the state", ["id-net"], found, []],
    ["if the state is not known", undefined, found, []],
    [
      "that is in use",
      [],
      snapshot({ a: ownManager({ networks: [ownNetwork()] }, [service("store", OURS, attached)]) }),
      [],
    ],
    ["of another stack", [], snapshot({ a: ownManager({ networks: [ownNetwork({ Labels: {} })] }) }), []],
  ])("a network %s", (_, recordedIds, seen, expected) =>
    expect(listOrphanedNetworks(owner("swarm"), { ...seen, recordedIds })).toEqual(expected),
  );

  test("are ignored by the other checks", () =>
    expect(withoutNetworks(found, [leftover]).hosts["a"]?.networks.map(({ Name }) => Name)).toEqual([
      "bridge",
      "docker_gwbridge",
      "ingress",
    ]));
});

describe("outages", () => {
  const hosts = { a: ownManager({ networks: [ownNetwork()] }, [service("store", OURS, attached)]) };
  const outage = { network: "net", networkId: "id-net", services: [{ id: "id-store", name: "store" }] };
  test.each([
    ["an allowed change", [changed], true, [outage]],
    ["a change that is not allowed", [changed], false, []],
    ["no change", [NETWORK], true, []],
  ])("%s", (_, requirements, allowOutage, expected) =>
    expect(plannedOutages(requirements, snapshot(hosts, { allowOutage }))).toEqual(expected),
  );

  test("stop a service and detach it, without any other change", () => {
    const { Spec } = service("store", OURS, {
      TaskTemplate: { ...attached.TaskTemplate, Networks: [{ Target: "id-net" }, { Target: "other" }] },
    });
    const stopped = detachNetwork(detachNetwork(Spec, "id-net"), "id-net");
    expect(stopped.TaskTemplate.Networks).toEqual([{ Target: "other" }]);
    expect(stopped.TaskTemplate.Placement).toEqual({ Constraints: ["node.labels.pulumi-swarm.outage == yes"] });
    expect(stopped.TaskTemplate.ContainerSpec).toEqual(Spec.TaskTemplate.ContainerSpec);
  });
});
