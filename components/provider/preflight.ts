import { type Outage, plannedOutages } from "../preflight/attached.ts";
import type { Demand, NetworkDemand } from "../preflight/demand.ts";
import { preflightLines } from "../preflight/findings.ts";
import { type HostToObserve, observe } from "../preflight/observe.ts";
import type { ResourceHandler } from "./handler.ts";
import { stopFor } from "./outage.ts";
import { isUnknown } from "./values.ts";

export interface PreflightInputs {
  /** The hosts' engines, by host key. */
  hosts: Record<string, HostToObserve>;
  demands: Demand[];
  allowOutage: boolean;
  /** What has to be stopped before the rest goes on. Decided here, from what is found; shown in the preview. */
  outages?: Outage[];
}

/**
 * Checks the demands against the engines: its `check` is where it happens, in every preview and `up`. There is nothing
 * to make, and nothing to do either but to stop, where that is allowed, what uses a network that is to be made anew.
 */
export const Preflight: ResourceHandler<PreflightInputs> = {
  async check(_olds, news) {
    const hosts = Object.entries(news.hosts).filter(([, host]) => !isUnknown(host));
    const found = await observe(Object.fromEntries(hosts));
    const unknown = Object.keys(news.hosts).filter((key) => isUnknown(news.hosts[key]));
    const situation = { ...found, silent: [...found.silent, ...unknown], allowOutage: news.allowOutage };
    const networks = news.demands.filter((demand): demand is NetworkDemand => demand.kind === "network");
    return {
      inputs: { ...news, outages: plannedOutages(networks, situation) },
      // Without a property's name Pulumi prints the line as it is, and not the property's whole value before it.
      failures: preflightLines(news.demands, situation).map((reason) => ({ property: "", reason })),
    };
  },

  async diff(_id, _olds, news) {
    return { changes: (news.outages ?? []).length > 0 };
  },

  async create(inputs) {
    await stopFor(inputs);
    return { id: "preflight", outs: inputs };
  },

  async read(id, state) {
    return { id, props: state, inputs: state };
  },

  async update(_id, _olds, news) {
    await stopFor(news);
    return { outs: news };
  },

  async delete() {},
};
