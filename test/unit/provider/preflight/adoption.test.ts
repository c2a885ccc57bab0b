import { describe, expect, test } from "vitest";
import type { NetworkRequirement } from "../../../../core/requirement.ts";
import { plannedOutages } from "../../../../provider/preflight/live-networks.ts";
import { checkAll, formatReport } from "../../../../provider/preflight/checks/all.ts";
import type { ClusterSnapshot } from "../../../../provider/preflight/snapshot.ts";
import {
  attached,
  host,
  machine,
  manager,
  NETWORK,
  network,
  ownNetwork,
  service,
  snapshot,
  SWARM,
} from "../../preflight-snapshot.ts";

/** The network that `docker network create --driver=overlay --attachable` creates. */
const byHand = (more: Parameters<typeof network>[2] = {}) =>
  network("net", "10.0.1.0/24", {
    Scope: "swarm",
    Driver: "overlay",
    Attachable: true,
    Options: { "com.docker.network.driver.overlay.vxlanid_list": "4097" },
    Labels: null,
    ...more,
  });
const encrypted = byHand({ Options: { encrypted: "" } });
const withNetwork = (live: ReturnType<typeof network>) =>
  snapshot({ a: manager({}, { networks: [live] }, [service("theirs", {}, attached)]) });

function reported(settings: NetworkRequirement["settings"], found: ClusterSnapshot, others: NetworkRequirement[] = []) {
  const requirements = [{ ...SWARM, adopt: true }, ...others, { ...NETWORK, adopt: true, settings }];
  return formatReport(checkAll(requirements, found), found);
}

const NET = 'OverlayNetwork "net":';
const CLEAR =
  `warning: ${NET} encrypted (not given): the adopted network is not encrypted: traffic between hosts, passwords ` +
  "included, can be read and changed in transit; set encrypted: false if that is intended, or create another network " +
  "and move to it";

describe("accepts an adopted network", () => {
  test.each<[string, NetworkRequirement["settings"], ClusterSnapshot, string[]]>([
    ["without arguments, with a warning if it is not encrypted", {}, withNetwork(byHand()), [CLEAR]],
    ["without a warning if encrypted is false", { encrypted: false }, withNetwork(byHand()), []],
    ["without a warning if it is encrypted", {}, withNetwork(encrypted), []],
    ["with arguments that match", { subnet: "10.0.1.0/24", mtu: 1500, attachable: true }, withNetwork(encrypted), []],
    ["while no manager is reachable", {}, snapshot({}, { unreachable: ["a"] }), []],
    ["that another stack created", {}, withNetwork({ ...ownNetwork(), Labels: { "pulumi-swarm.stack": "other" } }), []],
  ])("%s", (_, settings, found, warnings) => expect(reported(settings, found)).toEqual({ errors: [], warnings }));

  test("does not stop services for an adopted network, even with allowOutage", () => {
    const found = { ...withNetwork(byHand()), allowOutage: true };
    expect(plannedOutages([{ ...NETWORK, adopt: true, settings: { internal: true } }], found)).toEqual([]);
  });

  test("checks the hosts for an encrypted network if the adopted one is encrypted", () => {
    const hosts = {
      a: manager({}, { networks: [encrypted] }),
      b: host({ hostname: "b" }, { ID: "engine-b", Name: "b" }),
    };
    const kernel = { vxlan: "yes", esp: "no" } as const;
    const found = snapshot(hosts, { machines: { a: machine(), b: machine({ kernel }) } });
    expect(reported({}, found).errors).toEqual([
      `${NET} encrypted true: the kernel of host b has no ESP (module esp4), which encrypted traffic between hosts needs: ` +
        "install the kernel's further modules (linux-modules-extra, kernel-modules-extra), or set encrypted: false",
    ]);
  });
});

const UNCHANGED =
  "and a network cannot be changed: leave the argument out, or leave adopt out and give another networkName";

describe("rejects", () => {
  test.each<[string, NetworkRequirement["settings"], ClusterSnapshot, string]>([
    [
      "encryption if the network has none",
      { encrypted: true },
      withNetwork(byHand()),
      `encrypted true: the adopted network has false, ${UNCHANGED}`,
    ],
    [
      "another subnet, without an issue for its gateway",
      { subnet: "10.20.0.0/24", gateway: "10.20.0.1" },
      withNetwork(byHand()),
      `subnet "10.20.0.0/24": the adopted network has "10.0.1.0/24", ${UNCHANGED}`,
    ],
    [
      "a missing network",
      {},
      snapshot({ a: manager({}) }),
      'networkName "net": there is no network of that name to adopt: create it, or leave adopt out to have it created',
    ],
    [
      "a network without a Swarm",
      {},
      snapshot({ a: host() }),
      'networkName "net": there is no network of that name to adopt: create it, or leave adopt out to have it created',
    ],
    [
      "a network that this stack created",
      {},
      withNetwork(ownNetwork()),
      'networkName "net": this stack created it: leave adopt out',
    ],
    [
      "a network of a single host",
      {},
      withNetwork(network("net", "172.30.0.0/16")),
      'networkName "net": is a network of the driver bridge, which does not span hosts: give the name of an overlay network',
    ],
  ])("%s", (_, settings, found, line) => expect(reported(settings, found).errors).toEqual([`${NET} ${line}`]));

  test.each([
    ["a missing network", snapshot({ a: manager({}) })],
    ["a network that this stack created", withNetwork(ownNetwork())],
    ["another MTU", withNetwork(byHand())],
  ])("%s, and names the setting that adopts", (_, found) => {
    const requirement = { ...NETWORK, adopt: true, adoptArgument: "adoptNetwork", settings: { mtu: 1400 } };
    const { errors } = formatReport(checkAll([{ ...SWARM, adopt: true }, requirement], found), found);
    expect(errors).toEqual([expect.stringContaining("leave adoptNetwork out")]);
  });

  test("a network that another resource adopts", () => {
    const first = { ...NETWORK, subject: 'OverlayNetwork "first"', adopt: true, settings: {} };
    expect(reported({}, withNetwork(encrypted), [first]).errors).toEqual([
      `${NET} networkName "net": is already used by OverlayNetwork "first": use that one`,
    ]);
  });
});
