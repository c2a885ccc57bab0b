import { getStoreAccess } from "../../test/integration/traffic-client.ts";
import { TestStack } from "../../test/integration/stack.ts";
import type { MachineLab } from "../../lab/vm/lab.ts";
import { hostSettings, startStoreMachines } from "../../lab/vm/store-machines.ts";
import { withCleanup } from "../measure.ts";
import { type Load, type Speeds, measureSpeeds } from "./clients.ts";
import { measureCost } from "./cost.ts";
import type { EncryptionResult } from "./results.ts";

/** The minimum for network traffic. More emulated machines would only wait for each other. */
const MACHINES = 2;

/** How many times each load is measured. */
const ROUNDS = 3;

const LOADS: Record<string, Load> = {
  "64 MiB objects": { clients: 8, objects: 1, size: 64 * 2 ** 20 },
  "16 KiB objects": { clients: 8, objects: 5, size: 16 * 2 ** 10 },
};

/**
 * Measures a store on the overlay network of virtual machines, first encrypted, then not. The network is recreated in
 * between.
 */
export async function benchEncryption(reportProgress?: (what: string) => void): Promise<EncryptionResult[]> {
  const { lab, image } = await startStoreMachines({ machines: MACHINES });
  return withCleanup(
    async () => {
      const hosts = Object.fromEntries(lab.machines.map((machine) => [machine.hostname, hostSettings(machine)]));
      const stack = await TestStack.create({ config: { stack: "ssh", hosts, image } });
      return withCleanup(
        async () => {
          const encrypted = await measureRounds(lab, stack, "encrypted", reportProgress);
          stack.config("encrypted", false);
          stack.config("allowOutage", true);
          const plain = await measureRounds(lab, stack, "not encrypted", reportProgress);
          return Object.keys(LOADS).flatMap((load) =>
            (["put", "get"] as const).map((way) => ({
              what: `${way.toUpperCase()}, ${load}`,
              encrypted: encrypted[load]!.map((speed) => speed[way]),
              plain: plain[load]!.map((speed) => speed[way]),
            })),
          );
        },
        async () => stack.remove(),
      );
    },
    () => lab.stop(),
  );
}

/** Deploys the stack, and returns the speeds of each round by load. */
async function measureRounds(
  lab: MachineLab,
  stack: TestStack,
  what: string,
  reportProgress?: (what: string) => void,
): Promise<Record<string, Speeds[]>> {
  reportProgress?.(`a store, ${what}`);
  await measureCost(stack, "up");
  const access = await getStoreAccess(stack);
  const rounds: Record<string, Speeds[]> = {};
  for (const [name, load] of Object.entries(LOADS)) {
    // The first round fills caches and is not counted.
    for (let round = 0; round <= ROUNDS; round++) {
      reportProgress?.(`${what}, ${name}, round ${round} of ${ROUNDS}`);
      const speed = await measureSpeeds(access, load);
      if (round > 0) (rounds[name] ??= []).push(speed);
      // MinIO keeps the files of deleted objects for five minutes, and the disks are small.
      await Promise.all(lab.machines.map((machine) => machine.run("rm -rf /mnt/disk*/*/.minio.sys/tmp/.trash/*")));
    }
  }
  return rounds;
}
