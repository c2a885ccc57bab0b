import type { SwarmInfo } from "../../engine/types.ts";

/**
 * Returns how to get a node going whose certificate has expired because its engine was off for too long; undefined if it
 * has not. Up to version 29 the Engine refuses `--force-new-cluster` until it has forgotten its node.
 */
export function expiredCertificateFix({ LocalNodeState, NodeAddr, Error: error = "" }: SwarmInfo): string | undefined {
  if (LocalNodeState !== "error" || !/certificates? .*expired/is.test(error)) return undefined;
  return (
    "its certificate has expired: on a manager, run `systemctl stop docker`, rename swarm/docker-state.json in Docker's data " +
    "folder (/var/lib/docker), run `systemctl start docker` and `docker swarm init --force-new-cluster --advertise-addr " +
    `${NodeAddr}\`, which keeps the Swarm; on all other hosts run \`docker swarm leave --force\`, and the next \`up\` joins them`
  );
}
