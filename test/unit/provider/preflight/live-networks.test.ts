import { describe, expect, test } from "vitest";
import type { NetworkRequirement, NetworkSettings } from "../../../../core/requirement.ts";
import type { NetworkDetails } from "../../../../engine/types.ts";
import { networkDifferences } from "../../../../provider/preflight/live-networks.ts";
import { NETWORK, ownNetwork, snapshot } from "../../preflight-snapshot.ts";

function differing(
  requirement: Partial<NetworkRequirement>,
  ipam: object = {},
  settings: NetworkSettings = {},
): string[] {
  const [addresses] = ownNetwork().IPAM.Config ?? [];
  const IPAM: NetworkDetails["IPAM"] = { Driver: "default", Config: [{ ...addresses, ...ipam }] };
  const wanted = { ...NETWORK, ...requirement, settings: { ...NETWORK.settings, ...settings } };
  return networkDifferences(wanted, ownNetwork({ IPAM }), snapshot({})).map(({ argument }) => argument);
}

describe("compares with a live network", () => {
  test("no addresses if the Swarm chooses them", () =>
    expect(differing({}, { Subnet: "10.0.7.0/24", Gateway: "10.0.7.1" }, { subnet: undefined })).toEqual([]));

  test("the default gateway", () => {
    expect(differing({})).toEqual([]);
    expect(differing({}, { Gateway: "10.20.0.9" })).toEqual(["gateway"]);
  });

  test("a given gateway", () => expect(differing({}, {}, { gateway: "10.20.0.9" })).toEqual(["gateway"]));

  test("an IP range that is no longer given", () =>
    expect(differing({}, { IPRange: "10.20.0.128/25" })).toEqual(["ipRange"]));

  test("no values that are not known yet", () => {
    const live = { Gateway: "10.20.0.9", IPRange: "10.20.0.128/25" };
    expect(differing({ deferred: ["gateway", "ipRange"] }, live)).toEqual([]);
    expect(differing({ deferred: ["subnet"] }, live, { subnet: undefined, gateway: "10.20.0.1" })).toEqual([]);
  });

  test("only the given values of an adopted network", () => {
    const adopt = { adopt: true };
    expect(differing(adopt, { Gateway: "10.20.0.9", IPRange: "10.20.0.128/25" })).toEqual([]);
    expect(differing(adopt, {}, { subnet: "10.21.0.0/24" })).toEqual(["subnet"]);
    expect(differing(adopt, {}, { ipRange: "10.20.0.0/25" })).toEqual(["ipRange"]);
  });
});
