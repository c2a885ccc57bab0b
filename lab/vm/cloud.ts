import { createReadStream, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { createServerCertificate } from "../../provider/state/x509.ts";
import { run } from "../../toolchain/run.ts";
import { claimFreeSlot, removeLab } from "../remove-lab.ts";
import { LabNetwork } from "../network.ts";
import { ensureCloudImage } from "./cloud-image.ts";
import { CloudMachine, type CloudMachineArgs } from "./cloud-machine.ts";
import { installMachineTools, machinesUnavailableReason } from "./tools.ts";

/** A network for cloud machines, at first without any. */
export interface CloudLab {
  /** URL of the package repository, for `engineRepository`. */
  engineRepository: string;
  /** The version of Docker Engine in the repository. */
  engineVersion: string;
  /** File with the private key of the lab's user. */
  identityFile: string;
  /** The public key. */
  publicKey: string;
  /** Creates a machine, without waiting for the boot. */
  boot(machine: CloudMachineArgs): Promise<CloudMachine>;
  /** Stops all machines and removes everything of the lab. */
  stop(): Promise<void>;
}

const HOUR_MS = 3_600_000;

export async function startCloud(): Promise<CloudLab> {
  const problem = machinesUnavailableReason();
  if (problem) throw new Error(problem);
  await installMachineTools();
  const image = await ensureCloudImage();
  const slot = await claimFreeSlot();
  const network = new LabNetwork(slot);
  let server: Server | undefined;
  const stop = async () => {
    server?.close();
    server?.closeAllConnections();
    await removeLab(slot);
  };
  try {
    await network.create();
    const identityFile = join(slot.folder, "identity");
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", identityFile]);
    const here = network.address(254);
    const period = { notBefore: new Date(Date.now() - HOUR_MS), notAfter: new Date(Date.now() + 24 * HOUR_MS) };
    const { certificate, key } = await createServerCertificate(image.authority, [here], period);
    server = await serve(image.repository, here, { cert: certificate, key });
    const { port } = server.address() as AddressInfo;
    return {
      engineRepository: `https://${here}:${port}/linux`,
      engineVersion: image.engineVersion,
      identityFile,
      publicKey: readFileSync(`${identityFile}.pub`, "utf8").trim(),
      async boot(machine) {
        const folder = join(slot.folder, `host${machine.number}`);
        mkdirSync(folder);
        const tap = await network.addTap(machine.number);
        const address = network.address(machine.number);
        return CloudMachine.create({ ...machine, folder, tap, address, image, identityFile });
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Serves a folder's files below `/linux/`, as Docker's site does. */
function serve(folder: string, address: string, options: { cert: string; key: string }): Promise<Server> {
  const server = createServer(options, ({ url = "/" }, response) => {
    const path = normalize(decodeURIComponent(new URL(url, "https://lab").pathname));
    const file = join(folder, path.replace(/^\/linux\//, "/"));
    if (!path.startsWith("/linux/") || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-length": statSync(file).size });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(0, address, () => resolve(server));
  });
}
