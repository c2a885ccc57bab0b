import { expect, test } from "vitest";
import { toInitRequest } from "../../../../provider/swarm/init-swarm.ts";

const inputs = {
  owner: { id: "this-state", project: "p", stack: "s", name: "swarm" },
  firstManager: { hostKey: "a", advertiseAddress: "10.1.0.1", listenAddress: "10.1.0.1:2377" },
  adopt: false,
  allowOutage: false,
};

test.each([
  ["neither", {}, {}],
  ["pools", { addressPools: ["10.9.0.0/16"] }, { DefaultAddrPool: ["10.9.0.0/16"], SubnetSize: 24 }],
  ["a subnet size", { subnetSize: 26 }, { DefaultAddrPool: ["10.0.0.0/8"], SubnetSize: 26 }],
  ["both", { addressPools: ["10.9.0.0/16"], subnetSize: 26 }, { DefaultAddrPool: ["10.9.0.0/16"], SubnetSize: 26 }],
])("gives the Engine address pools and subnet size together: %s", (_, settings, expected) => {
  const { DefaultAddrPool, SubnetSize } = toInitRequest({ ...inputs, ...settings });
  expect({ DefaultAddrPool, SubnetSize }).toEqual({ DefaultAddrPool: undefined, SubnetSize: undefined, ...expected });
});
