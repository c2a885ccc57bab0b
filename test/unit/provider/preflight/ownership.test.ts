import { describe, expect, test } from "vitest";
import type { VolumeDetails } from "../../../../engine/types.ts";
import type { Requirement, ServiceRequirement, SwarmRequirement } from "../../../../core/requirement.ts";
import { checkAll, formatReport } from "../../../../provider/preflight/checks/all.ts";
import type { ClusterSnapshot } from "../../../../provider/preflight/snapshot.ts";
import { ownerLabels } from "../../../../core/labels.ts";
import {
  host,
  manager,
  NETWORK,
  owner,
  ownManager,
  ownNetwork,
  SERVICE,
  service,
  snapshot,
  SWARM,
} from "../../preflight-snapshot.ts";

const OURS = ownerLabels(owner("store"));
const RENAMED = ownerLabels({ id: "this-state", project: "before", stack: "before", name: "before" });
const THEIRS = ownerLabels({ ...owner("store"), id: "another-state" });
const BY_HAND = {};

const volume = (Name: string, Labels: Record<string, string>): VolumeDetails => ({
  Name,
  Driver: "local",
  Mountpoint: "",
  Labels,
});
const STORE: ServiceRequirement = { ...SERVICE, volumes: { a: ["store-d1", "store-d2"] } };
const ADOPTED = { ...STORE, adopt: true };
const volumes = (labels: Record<string, string>) => ({
  volumes: [volume("store-d1", labels), volume("other", BY_HAND)],
});

function reported(requirement: Requirement, found: ClusterSnapshot): string[] {
  const { errors, warnings } = formatReport(checkAll([requirement], found), found);
  return [...errors.map((line) => `refused: ${line}`), ...warnings];
}

describe("accepts what this state owns", () => {
  test.each<[string, Requirement, ClusterSnapshot]>([
    ["a Swarm, after a rename", SWARM, snapshot({ a: manager(RENAMED) })],
    ["a Swarm that the state records", SWARM, snapshot({ a: manager(THEIRS) }, { recordedIds: ["swarm-1"] })],
    [
      "a network, after a rename",
      NETWORK,
      snapshot({ a: ownManager({ networks: [ownNetwork({ Labels: RENAMED })] }) }),
    ],
    [
      "a network that the state records",
      NETWORK,
      snapshot({ a: ownManager({ networks: [ownNetwork({ Labels: THEIRS })] }) }, { recordedIds: ["id-net"] }),
    ],
    ["a service, after a rename", SERVICE, snapshot({ a: ownManager({}, [service("store", RENAMED)]) })],
    [
      "a service that the state records",
      SERVICE,
      snapshot({ a: ownManager({}, [service("store", THEIRS)]) }, { recordedIds: ["id-store"] }),
    ],
    ["a service to adopt", ADOPTED, snapshot({ a: ownManager({}, [service("store", THEIRS)]) })],
    ["volumes of a running service", STORE, snapshot({ a: ownManager(volumes(THEIRS), [service("store", OURS)]) })],
    ["volumes with other names", STORE, snapshot({ a: host({ volumes: [volume("else-d1", THEIRS)] }) })],
  ])("%s", (_, requirement, found) => expect(reported(requirement, found)).toEqual([]));
});

describe("rejects what another state owns, and names the owner", () => {
  const theirs = "another state: project p, stack s, identity another-state";
  const swarm = (whose: string) =>
    `refused: Swarm "swarm": adopt false: host a is a manager of the Swarm swarm-1, which belongs to ${whose}: use the state that created it, or set adopt: true`;
  const drives = (whose: string) =>
    `refused: MinioService "store": serviceName "store": the data in volume store-d1 on host a belongs to ${whose}: use the state that created it; if it was destroyed, set adopt: true to use the data; or choose another name`;

  test.each<[string, Requirement, ClusterSnapshot, string]>([
    ["a Swarm with the same names", SWARM, snapshot({ a: manager(THEIRS) }), swarm(theirs)],
    ["a Swarm created by hand", SWARM, snapshot({ a: manager(BY_HAND) }), swarm("something other than pulumi-swarm")],
    ["volumes of another state", STORE, snapshot({ a: host(volumes(THEIRS)) }), drives(theirs)],
    [
      "volumes created by hand",
      STORE,
      snapshot({ a: host(volumes(BY_HAND)) }),
      drives("something other than pulumi-swarm"),
    ],
    [
      "volumes on a machine that joins a running store",
      { ...STORE, hosts: ["a", "b"], volumes: { a: ["store-d1"], b: ["store-d1"] } },
      snapshot({
        a: ownManager(volumes(OURS), [service("store", OURS)]),
        b: host({ hostname: "a", ...volumes(THEIRS) }),
      }),
      drives(theirs).replace("host a", "host b"),
    ],
  ])("%s", (_, requirement, found, line) => expect(reported(requirement, found)).toContain(line));

  const foreign = snapshot({
    a: ownManager({ networks: [ownNetwork({ Labels: THEIRS })], ...volumes(THEIRS) }, [service("web", THEIRS)]),
  });
  test.each<[string, Requirement]>([
    ["a network", { ...NETWORK, adoptArgument: "adoptNetwork" }],
    ["a service", { ...SERVICE, name: "web", adoptArgument: "adoptStore" }],
    ["volumes", { ...STORE, adoptArgument: "adoptStore" }],
  ])("%s, and names the setting that adopts", (_, requirement) => {
    const [line] = reported(requirement, foreign);
    expect(line).toMatch(/^refused: .* set adopt(Network|Store): true/);
  });

  test("an empty identity owns nothing", () => {
    const requirement: SwarmRequirement = { ...SWARM, owner: { ...SWARM.owner, id: "" } };
    expect(reported(requirement, snapshot({ a: manager({ ...THEIRS, "pulumi-swarm.owner": "" }) }))).toHaveLength(1);
  });
});

describe("reports data that will be reused", () => {
  const line =
    'warning: MinioService "store": serviceName "store": the data in volume store-d1 on host a will be reused';
  test.each<[string, ServiceRequirement, ClusterSnapshot]>([
    ["this state's data", STORE, snapshot({ a: host(volumes(OURS)) })],
    ["another state's data, to be adopted", ADOPTED, snapshot({ a: host(volumes(THEIRS)) })],
  ])("%s", (_, requirement, found) => expect(reported(requirement, found)).toEqual([line]));

  test("only warns about a volume's owner if no manager is available", () => {
    const info = { Swarm: { NodeID: "n", NodeAddr: "", LocalNodeState: "locked", ControlAvailable: false } as const };
    const [only, ...more] = reported(STORE, snapshot({ a: host(volumes(THEIRS), info) }, { hasUnlockKey: true }));
    expect(only).toMatch(/^warning: MinioService "store": .* belongs to another state/);
    expect(more).toEqual([]);
  });
});
