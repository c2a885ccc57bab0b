import type { Lab, LabHost } from "../../lab/lab.ts";
import { renderTable } from "../lib/table.ts";
import { LAB_STACK } from "./stack-file.ts";

/** Lists the hosts of a lab, one a line. */
export async function renderLab(lab: Lab): Promise<string> {
  return renderTable(["Host", "Address", "Engine", "Swarm"], await Promise.all(lab.hosts.map(hostRow)));
}

/** Lists the next commands for a new lab. */
export function renderNextSteps(lab: Lab): string {
  const last = lab.hosts.length;
  const { ssh, address } = lab.host(last);
  return [
    `Pulumi.${LAB_STACK}.yaml points at them. Next:`,
    `  npm run up -- --stack ${LAB_STACK}       one store on all of them`,
    `  npm run verify -- --stack ${LAB_STACK}   objects through each host`,
    `  npm run lab -- kill ${last}           cuts a host's power; \`start ${last}\` restores it`,
    "  npm run lab -- down             removes the hosts and their stack",
    "A shell on a host:",
    `  ssh -F none -i ${ssh.identityFile} -o UserKnownHostsFile=${ssh.knownHosts} ${ssh.user}@${address}`,
  ].join("\n");
}

async function hostRow({ hostname, address, engine, isRunning }: LabHost): Promise<string[]> {
  if (!isRunning) return [hostname, address, "no power", ""];
  try {
    const { ServerVersion, Swarm } = await engine.info(5_000);
    const role = Swarm.ControlAvailable ? "manager" : "worker";
    return [hostname, address, ServerVersion, Swarm.LocalNodeState === "active" ? role : Swarm.LocalNodeState];
  } catch {
    return [hostname, address, "does not answer", ""];
  }
}
