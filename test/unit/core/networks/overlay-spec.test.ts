import { describe, expect, test } from "vitest";
import {
  toIpamConfigs,
  driverOptions,
  validateOverlayNetwork,
  type OverlaySettings,
} from "../../../../core/networks/overlay-spec.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";

const SPEC: OverlaySettings = { encrypted: true, attachable: true, internal: false, mtu: 1500, labels: {} };

describe("options", () => {
  test("sets the encryption option as the docker CLI does", () =>
    expect(driverOptions(SPEC)).toEqual({ encrypted: "", "com.docker.network.driver.mtu": "1500" }));

  test("always sets the MTU, so that options are compared", () =>
    expect(driverOptions({ encrypted: false, mtu: 1400 })).toEqual({ "com.docker.network.driver.mtu": "1400" }));
});

describe("addresses", () => {
  test.each([
    [{}, []],
    [{ subnet: "10.20.0.0/24" }, [{ subnet: "10.20.0.0/24", gateway: "10.20.0.1" }]],
    [
      { subnet: "10.20.0.0/24", ipRange: "10.20.0.128/25" },
      [{ subnet: "10.20.0.0/24", gateway: "10.20.0.1", ipRange: "10.20.0.128/25" }],
    ],
    [
      { subnet: "10.20.0.0/24", gateway: "10.20.0.9", ipRange: "10.20.0.128/25" },
      [{ subnet: "10.20.0.0/24", gateway: "10.20.0.9", ipRange: "10.20.0.128/25" }],
    ],
  ])("%j", (plan, expected) => expect(toIpamConfigs(plan)).toEqual(expected));
});

const RESERVED = "begins like a label that Docker or pulumi-swarm sets itself: choose another name for it";
const NAME = "must be 1 to 63 letters, digits, '_', '.' or '-', the first a letter or digit: choose such a name";

describe("invalid specs", () => {
  test.each([
    ["-net", {}, `networkName "-net": ${NAME}`],
    ["", {}, `networkName "": ${NAME}`],
    ["ingress", {}, `networkName "ingress": is the name of one of Docker's own networks: choose another`],
    ["net", { mtu: 100 }, "mtu 100: must be a whole number of bytes from 576 to 65535, for instance 1500"],
    ["net", { mtu: 1400.5 }, "mtu 1400.5: must be a whole number of bytes from 576 to 65535, for instance 1500"],
    ["net", { labels: { "com.docker.x": "y" } }, `labels["com.docker.x"] "y": ${RESERVED}`],
    ["net", { labels: { "pulumi-swarm.name": "y" } }, `labels["pulumi-swarm.name"] "y": ${RESERVED}`],
  ])("%s %j", (name, spec, line) =>
    expect(validateOverlayNetwork(name, spec).map((finding) => formatIssue("N", finding))).toEqual([`N: ${line}`]),
  );

  test("a gateway without a subnet, unless the subnet is not known yet", () => {
    expect(validateOverlayNetwork("net", { gateway: "10.20.0.1" })).toHaveLength(1);
    expect(validateOverlayNetwork("net", { gateway: "10.20.0.1" }, ["subnet"])).toEqual([]);
  });

  test("reports all issues at once", () =>
    expect(validateOverlayNetwork("ingress", { mtu: 1, subnet: "10.0.0.1/24" })).toHaveLength(3));
});
