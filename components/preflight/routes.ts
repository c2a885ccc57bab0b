import { type LocalFacts, type ObservedHost, subnetsOf } from "./observed.ts";

/** A host's routes beside the default one and those of Docker's bridges, which are the networks themselves. */
export function ownRoutes({ local, networks }: ObservedHost): LocalFacts["routes"] {
  const dockers = new Set(networks.flatMap(subnetsOf));
  return (local?.routes ?? []).filter(({ destination }) => !destination.endsWith("/0") && !dockers.has(destination));
}
