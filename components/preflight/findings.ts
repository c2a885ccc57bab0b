import { findingLine } from "../shared/refusal.ts";
import type { Demand, NetworkDemand, ServiceDemand } from "./demand.ts";
import { hostRefusals, poolRefusals, swarmRefusals } from "./swarm-findings.ts";
import { networkRefusals } from "./network-findings.ts";
import type { Situation } from "./observed.ts";
import { serviceRefusals } from "./service-findings.ts";

/** What speaks against the demands, one clear line each. */
export function preflightLines(demands: readonly Demand[], situation: Situation): string[] {
  const networks = demands.filter((demand): demand is NetworkDemand => demand.kind === "network");
  const services = demands.filter((demand): demand is ServiceDemand => demand.kind === "service");
  const refusals = demands.flatMap((demand) => {
    switch (demand.kind) {
      case "swarm":
        return [
          ...hostRefusals(demand, situation),
          ...swarmRefusals(demand, situation),
          ...poolRefusals(demand, situation),
        ];
      case "network":
        return networkRefusals(demand, networks.slice(0, networks.indexOf(demand)), situation);
      case "service":
        return serviceRefusals(demand, services.slice(0, services.indexOf(demand)), situation);
    }
  });
  return refusals.map(({ subject, ...finding }) => findingLine(subject, finding));
}
