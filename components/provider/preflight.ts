import { leftoverNetworks, plannedOutages, withoutNetworks } from "../preflight/attached.ts";
import type { Demand, NetworkDemand } from "../preflight/demand.ts";
import { preflightLines } from "../preflight/findings.ts";
import { type HostToObserve, observe } from "../preflight/observe.ts";
import type { ResourceHandler } from "./handler.ts";
import { makeWay, type WayToMake } from "./make-way.ts";
import { isUnknown } from "./values.ts";

export interface PreflightInputs extends Partial<WayToMake> {
  /** The hosts' engines, by host key. */
  hosts: Record<string, HostToObserve>;
  demands: Demand[];
  allowOutage: boolean;
  /** Ids of the networks in the stack's state. Absent: not to be had. */
  recorded?: string[];
}

/**
 * Checks the demands against the engines: its `check` is where it happens, in every preview and `up`. There is nothing
 * to make, and little to do: what is in the way of the rest of the run is cleared away, and the preview says so.
 */
export const Preflight: ResourceHandler<PreflightInputs> = {
  async check(_olds, news) {
    const { hosts, demands, allowOutage, recorded } = news;
    const unknown = Object.keys(hosts).filter((key) => isUnknown(hosts[key]));
    const found = await observe(without(hosts, unknown));
    const asFound = { ...found, silent: [...found.silent, ...unknown], allowOutage };
    const owner = demands[0]?.owner;
    const leftovers = owner && !isUnknown(recorded) ? leftoverNetworks(owner, recorded, asFound) : [];
    const situation = withoutNetworks(asFound, leftovers);
    const networks = demands.filter((demand): demand is NetworkDemand => demand.kind === "network");
    return {
      inputs: { ...news, leftovers, outages: plannedOutages(networks, situation) },
      // With a property's name Pulumi would print its whole value before the line.
      failures: preflightLines(demands, situation).map((reason) => ({ property: "", reason })),
    };
  },

  async diff(_id, _olds, { leftovers = [], outages = [] }) {
    return { changes: leftovers.length + outages.length > 0 };
  },

  async create(inputs) {
    await makeWay(inputs);
    return { id: "preflight", outs: inputs };
  },

  async read(id, state) {
    return { id, props: state, inputs: state };
  },

  async update(_id, _olds, news) {
    await makeWay(news);
    return { outs: news };
  },

  async delete() {},
};

function without<T>(record: Record<string, T>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}
