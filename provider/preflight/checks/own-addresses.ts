import { isSameAddress, nodeAddressError } from "../../../core/ip-address.ts";
import type { SwarmRequirement } from "../../../core/requirement.ts";
import { otherNodeAddress } from "../../swarm/node-address.ts";
import { isNode, type ClusterSnapshot } from "../snapshot.ts";
import { downgradeToWarningIf, type PreflightIssue } from "./issue.ts";

/**
 * Checks that hosts have their declared addresses, because a node cannot listen on any other. Only warns about existing
 * nodes, which keep their addresses.
 */
export function checkOwnAddresses({ subject }: SwarmRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  const { addresses, dataPathAddresses = {}, hosts } = snapshot;
  const given = Object.entries({ privateAddress: addresses, dataPathAddress: dataPathAddresses });
  return given.flatMap(([name, values]) =>
    Object.entries(values).flatMap(([key, value]) => {
      const swarm = hosts[key]?.info.Swarm;
      const isPrivate = name === "privateAddress";
      const other = isPrivate && swarm ? otherNodeAddress(value, swarm) : undefined;
      // Nodes behind NAT get a separate warning.
      const isForeign = !(isPrivate && isNode(snapshot, key));
      const problem =
        nodeAddressError(value) ?? other ?? (isForeign ? foreignAddressError(key, value, snapshot) : undefined);
      if (problem === undefined) return [];
      return downgradeToWarningIf(isNode(snapshot, key), {
        ...{ subject, check: "addresses", hosts: [key], argument: `hosts.${key}.${name}`, value, problem },
      });
    }),
  );
}

/** Returns an error if a machine's addresses are known and do not include the given one. */
function foreignAddressError(key: string, address: string, { machines }: ClusterSnapshot): string | undefined {
  const own = machines[key]?.addresses;
  if (!own || own.some((each) => isSameAddress(each.address, address))) return undefined;
  const choice = own.filter(
    ({ device, address: each }) => !/^(lo$|docker|br-|veth)/.test(device) && !/^fe80:/.test(each),
  );
  const list = choice.map((each) => `${each.address} (${each.device})`).join(", ");
  return `is not an address of the host: give one of ${list}`;
}
