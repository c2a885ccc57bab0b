import type { MachineFacts } from "../facts/machine.ts";
import { type ClusterSnapshot, networkSubnets } from "../snapshot.ts";

/** Returns the machines' routes, without default routes and the routes of Docker's own networks. */
export function hostRoutes({
  hosts,
  machines,
}: ClusterSnapshot): (MachineFacts["routes"][number] & { host: string })[] {
  return Object.entries(machines).flatMap(([host, { routes }]) => {
    const networks = hosts[host]?.networks;
    const dockers = new Set(networks?.flatMap(networkSubnets));
    return (
      routes
        .filter(({ destination }) => !destination.endsWith("/0") && !dockers.has(destination))
        // An unreachable engine does not list its bridges, so go by their names.
        .filter(({ device }) => networks || !/^(docker|br-)/.test(device))
        .map((route) => ({ ...route, host }))
    );
  });
}
