import type { SwarmInfo } from "../../engine/types.ts";

/**
 * Returns how to recover a node if its certificate expired while its engine was off; otherwise undefined. Up to version
 * 29, the Engine rejects `--force-new-cluster` as long as it remembers its node.
 */
export function expiredCertificateFix({ LocalNodeState, NodeAddr, Error: error = "" }: SwarmInfo): string | undefined {
  if (LocalNodeState !== "error" || !/certificates? .*expired/is.test(error)) return undefined;
  return (
    "its certificate has expired: on a manager, run `systemctl stop docker`, rename swarm/docker-state.json in Docker's data " +
    "folder (/var/lib/docker), run `systemctl start docker` and `docker swarm init --force-new-cluster --advertise-addr " +
    `${NodeAddr}\`, which keeps the Swarm; on all other hosts run \`docker swarm leave --force\`, and the next \`up\` joins them`
  );
}
