import { expect, test } from "vitest";
import type { ServiceRequirement } from "../../../../core/requirement.ts";
import { checkService } from "../../../../provider/preflight/checks/service.ts";
import { checkEngines } from "../../../../provider/preflight/checks/swarm.ts";
import { parseEngineFeatures } from "../../../../provider/preflight/facts/machine.ts";
import { host, machine, ownManager, SERVICE, snapshot, SWARM } from "../../preflight-snapshot.ts";

const NFTABLES = { FirewallBackend: { Driver: "nftables" } };
const withFeatures = (engineFeatures?: string[]) => ({ machines: { a: machine({ engineFeatures }) } });

test.each([
  ["without facts", host({}, NFTABLES), {}, 1],
  ["without the feature", host({}, NFTABLES), withFeatures(["containerd-snapshotter"]), 1],
  ["with the feature", host({}, NFTABLES), withFeatures(["swarm-nftables"]), 0],
  ["in a Swarm, which needs the feature", ownManager({}, [], NFTABLES), {}, 0],
  ["not used", host({}, { FirewallBackend: { Driver: "iptables" } }), {}, 0],
])("nftables, %s: %#", (_, engine, more, count) => {
  expect(checkEngines(SWARM, snapshot({ a: engine }, more))).toHaveLength(count);
});

test("allowFrom is refused with nftables", () => {
  const problems = (requirement: ServiceRequirement) =>
    checkService(requirement, [], snapshot({ a: host({}, NFTABLES) }, withFeatures(["swarm-nftables"]))).map(
      ({ argument, problem }) => `${argument}: ${problem}`,
    );
  expect(problems({ ...SERVICE, needsFirewall: true })).toEqual([
    'allowFrom: its firewall backend is nftables, and rules are set with iptables: set "firewall-backend": "iptables" in /etc/docker/daemon.json and restart Docker, or leave allowFrom out',
  ]);
  expect(problems(SERVICE)).toEqual([]);
});

test.each([
  ['{"features":{"swarm-nftables":true,"buildkit":false}}', ["swarm-nftables"]],
  ["{}", []],
  ["", undefined],
  ["{ invalid", undefined],
])("reads the features in %j", (text, features) => expect(parseEngineFeatures(text)).toEqual(features));
