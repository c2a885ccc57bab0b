import type { MachineFacts } from "../facts/machine.ts";
import { type ClusterSnapshot, networkSubnets } from "../snapshot.ts";

/** Every machine's routes beside the default one and those of Docker's bridges, which are the networks themselves. */
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
        // An engine that is silent does not say which bridges are its own.
        .filter(({ device }) => networks || !/^(docker|br-)/.test(device))
        .map((route) => ({ ...route, host }))
    );
  });
}
