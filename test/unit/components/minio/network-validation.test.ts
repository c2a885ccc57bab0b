import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { validateStoreNetworks } from "../../../../components/minio/validation/network.ts";
import type { DataNetwork, NetworkDriver } from "../../../../components/networks/node-network/data-network.ts";
import { validateGatewayNetwork } from "../../../../components/gateway/validation.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";
import { fakeHost } from "../../harness.ts";

const HOSTS = { a: fakeHost("a"), b: fakeHost("b") };
const DRIVERS: NetworkDriver[] = ["overlay", "bridge", "macvlan", "ipvlan", "host"];
const on = (driver?: NetworkDriver, hosts?: string[]): DataNetwork => ({
  networkId: pulumi.output("id"),
  driver,
  hosts,
});

type Args = Parameters<typeof validateStoreNetworks>[0];
const lines = (args: Args) => validateStoreNetworks(args, HOSTS).map((finding) => formatIssue("S", finding));
const onA = { pools: { main: { hosts: ["a"] } } };

test("accepts the same on a network with an unknown driver as on an overlay network", () =>
  expect(lines({ network: { networkId: pulumi.output("id") }, expose: true, port: 9100 })).toEqual([]));

test.each(DRIVERS)("accepts a store with one host on any network: %s", (driver) =>
  expect(lines({ network: on(driver), ...onA })).toEqual([]),
);

test("accepts allowFrom for a store with one host on the host's network", () =>
  expect(lines({ network: on("host"), allowFrom: ["127.0.0.1"], ...onA })).toEqual([]));

test.each(DRIVERS.filter((driver) => driver !== "bridge"))("a store of several hosts may be on %s", (driver) =>
  expect(lines({ network: on(driver) })).toEqual([]),
);

const MEANINGLESS = (driver: string) =>
  `has no meaning on a ${driver} network, which publishes nothing on hosts: leave it out, and use the members' ` +
  "own addresses, or an S3Gateway on a further overlay network";
const TAKES_OVER =
  "would carry the traffic between members, and the published ports: give it as network, and the other one in " +
  "networks";
const OWN = "on the host's network";

describe("suggests alternatives when it rejects", () => {
  test.each<[string, Args, string]>([
    [
      "a bridge for several hosts",
      { network: on("bridge") },
      'network "bridge": does not connect hosts, and this store has 2: give an OverlayNetwork, a ' +
        "MacvlanNetwork, an IpvlanNetwork or the HostNetwork",
    ],
    [
      "a host without the network",
      { network: on("macvlan", ["a"]) },
      `pools.main.hosts "b": is not on the store's network, which has a: add it to the network's hosts`,
    ],
    ["ports on macvlan", { network: on("macvlan"), expose: true }, `expose true: ${MEANINGLESS("macvlan")}`],
    ["a port on ipvlan", { network: on("ipvlan"), port: 9000 }, `port 9000: ${MEANINGLESS("ipvlan")}`],
    [
      "allowFrom without published ports",
      { network: on("macvlan"), allowFrom: ["10.0.0.0/8"] },
      `allowFrom ["10.0.0.0/8"]: ${MEANINGLESS("macvlan")}`,
    ],
    [
      "macvlan as a further network",
      { network: on(), networks: [on("macvlan")] },
      `networks[0] "macvlan": ${TAKES_OVER}`,
    ],
    [
      "the hosts' network as a further network",
      { network: on(), networks: [on("host")] },
      `networks[0] "host": a task on the host's network cannot join others: give the HostNetwork as network, alone`,
    ],
    [
      "a further network with the hosts' network",
      { network: on("host"), networks: [on()] },
      "networks 1: a task on the host's network cannot join others: leave them out",
    ],
    [
      "expose: false on the hosts' network",
      { network: on("host"), expose: false },
      `expose false: ${OWN} the ports are always open: leave it out`,
    ],
    [
      "console: false on the hosts' network",
      { network: on("host"), console: false },
      `console false: ${OWN} the ports are always open: leave it out`,
    ],
    ["no console on macvlan", { network: on("macvlan"), console: false }, `console false: ${MEANINGLESS("macvlan")}`],
    [
      "another port on the hosts' network",
      { network: on("host"), port: 9100 },
      `port 9100: ${OWN} MinIO always has 9000: leave it out`,
    ],
    [
      "another console port on the hosts' network",
      { network: on("host"), consolePort: 9000 },
      `consolePort 9000: ${OWN} MinIO always has 9001: leave it out`,
    ],
    [
      "allowFrom on ports that members use for each other",
      { network: on("host"), allowFrom: ["10.0.0.0/8"] },
      'allowFrom ["10.0.0.0/8"]: would block the 2 members from each other, which use these ports on their hosts\' ' +
        "network: leave it out, and set up your own firewall",
    ],
  ])("%s", (_, args, line) => expect(lines(args)).toEqual([`S: ${line}`]));

  test.each(DRIVERS.filter((driver) => driver !== "overlay"))("a gateway on %s", (driver) =>
    expect(validateGatewayNetwork(on(driver))).toMatchObject([{ argument: "network", value: driver }]),
  );

  test("accepts a gateway on an overlay network", () => expect(validateGatewayNetwork(on())).toEqual([]));
});
