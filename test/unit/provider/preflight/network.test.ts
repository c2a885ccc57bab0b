import { describe, expect, test } from "vitest";
import type { Requirement } from "../../../../core/requirement.ts";
import { encryptsUnsafely } from "../../../../provider/preflight/checks/network.ts";
import type { ClusterSnapshot } from "../../../../provider/preflight/snapshot.ts";
import {
  attached,
  host,
  NETWORK,
  network,
  owner,
  ownManager,
  ownNetwork,
  service,
  snapshot,
  SWARM,
} from "../../preflight-snapshot.ts";
import { on, OURS, preflightLines, route, subnet } from "./one-host.ts";

const NET = 'OverlayNetwork "net":';
const free = (example: string) =>
  `choose a free one, for instance ${example}, or leave it out, and the Swarm chooses one`;
const LOST = "would lose it: put the value back, or set allowOutage: true on the Swarm";
const PORT = "the Swarm has dataPathPort 5789";
const otherHost = host({ hostname: "b" }, { Name: "b", ID: "engine-b" });
const onPort = (DataPathPort: number, ServerVersion: string) => {
  const live = ownManager({}, [], { ServerVersion });
  return { ...live, manager: { ...live.manager!, swarm: { ...live.manager!.swarm, DataPathPort } } };
};
const users = [service("store", OURS, attached), service("web", {}, attached)];
const inUse = snapshot({ a: ownManager({ networks: [ownNetwork()] }, users) });

describe("rejects", () => {
  test.each<[Requirement | Requirement[], ClusterSnapshot, string | string[]]>([
    [
      NETWORK,
      snapshot({ a: host({}, { ServerVersion: "20.10.23" }) }),
      `${NET} encrypted true: Docker 20.10.23 on host a may send its packets in clear text (fixed in 20.10.24 and 23.0.3): upgrade it, or set encrypted: false`,
    ],
    [
      [{ ...SWARM, dataPathPort: 5789 }, NETWORK],
      snapshot({ a: host({}, { ServerVersion: "20.10.24" }), b: otherHost }),
      `${NET} encrypted true: ${PORT}, and Docker 20.10.24 on host a encrypts only packets of port 4789 and drops others (fixed in 23.0.7 and 24.0.3): upgrade it, leave dataPathPort out, or set encrypted: false`,
    ],
    [
      NETWORK,
      snapshot({ a: onPort(5789, "24.0.2"), b: otherHost }),
      `${NET} encrypted true: ${PORT}, and Docker 24.0.2 on host a encrypts only packets of port 4789 and drops others (fixed in 23.0.7 and 24.0.3): upgrade it, leave dataPathPort out, or set encrypted: false`,
    ],
    [
      NETWORK,
      snapshot({ a: ownManager({ networks: [network("net", "172.30.0.0/16")] }) }),
      `${NET} networkName "net": host a has a network of that name that belongs to something other than pulumi-swarm: use the state that created it, set adopt: true, or choose another name`,
    ],
    [
      [NETWORK, { ...subnet("10.21.0.0/24"), subject: 'OverlayNetwork "b"', owner: owner("b") }],
      snapshot({ a: ownManager() }),
      'OverlayNetwork "b": networkName "net": is already used by OverlayNetwork "net": choose another',
    ],
    [
      [NETWORK, { ...subnet("10.20.0.0/16"), subject: 'OverlayNetwork "b"', owner: owner("b"), name: "b" }],
      snapshot({ a: ownManager() }),
      `OverlayNetwork "b": subnet "10.20.0.0/16": overlaps with 10.20.0.0/24, that of OverlayNetwork "net": ${free("10.21.0.0/16")}`,
    ],
    [
      subnet("10.0.0.0/16"),
      snapshot({ a: ownManager() }),
      `${NET} subnet "10.0.0.0/16": overlaps with 10.0.0.0/24, the network ingress on host a: ${free("10.20.0.0/16")}`,
    ],
    [
      subnet("172.18.4.0/24"),
      snapshot({ a: ownManager() }),
      `${NET} subnet "172.18.4.0/24": overlaps with 172.18.0.0/16, the network docker_gwbridge on host a: ${free("10.20.0.0/24")}`,
    ],
    [
      NETWORK,
      snapshot({ a: ownManager() }, on(route("10.20.0.0/16"))),
      `${NET} subnet "10.20.0.0/24": overlaps with 10.20.0.0/16, a route of host a (tun0): ${free("10.21.0.0/24")}`,
    ],
    [
      subnet("192.168.0.0/24"),
      snapshot({ a: ownManager() }, on(route("192.168.0.0/16"))),
      `${NET} subnet "192.168.0.0/24": overlaps with 192.168.0.0/16, a route of host a (tun0): ${free("10.20.0.0/24")}`,
    ],
    [
      subnet("10.21.0.0/24"),
      inUse,
      `${NET} subnet "10.21.0.0/24": the network exists with "10.20.0.0/24"; a change replaces the network, and service store, service web ${LOST}`,
    ],
    [
      { ...NETWORK, settings: { encrypted: false, mtu: 1400, internal: true, attachable: false, labels: { a: "b" } } },
      inUse,
      [
        `${NET} encrypted false: the network exists with true; a change replaces the network, and service store, service web ${LOST}`,
        `${NET} attachable false: the network exists with true; a change replaces the network, and service store, service web ${LOST}`,
        `${NET} internal true: the network exists with false; a change replaces the network, and service store, service web ${LOST}`,
        `${NET} mtu 1400: the network exists with 1500; a change replaces the network, and service store, service web ${LOST}`,
        `${NET} labels {"a":"b"}: the network exists with {}; a change replaces the network, and service store, service web ${LOST}`,
      ],
    ],
    [
      subnet("10.21.0.0/24"),
      { ...inUse, allowOutage: true },
      `${NET} subnet "10.21.0.0/24": the network exists with "10.20.0.0/24"; a change replaces the network, and service web would lose it and does not belong to this stack: detach it first`,
    ],
  ])("%#", (requirements, found, lines) =>
    expect(preflightLines([requirements].flat(), found)).toEqual([lines].flat()),
  );
});

test.each([
  ["19.3.15", true],
  ["20.10.23", true],
  ["20.10.24+dfsg1", false],
  ["23.0.0", true],
  ["23.0.2", true],
  ["23.0.3", false],
  ["28.2.2", false],
  ["dev", false],
])("Docker %s encrypts unsafely: %s", (version, unsafe) => expect(encryptsUnsafely(version)).toBe(unsafe));
