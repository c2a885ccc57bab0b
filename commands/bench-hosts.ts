// `npm run bench:hosts`: measures a Swarm and a store on several hosts, and prints tables. It asserts nothing.
import { loadavg } from "node:os";
import { parseHostsArgs } from "../bench/hosts/arguments.ts";
import { benchCluster, CLUSTER_SIZES } from "../bench/hosts/cluster.ts";
import { benchEncryption } from "../bench/hosts/encryption.ts";
import { benchGrowth, GROWTH_SIZES } from "../bench/hosts/growth.ts";
import { availableMiB, machineName } from "../bench/hosts/machine.ts";
import { type HostPart, type HostsReport, renderHosts } from "../bench/hosts/report.ts";
import { benchFakeEngines, FAKE_ENGINE_SIZES } from "../bench/hosts/fake-engines.ts";
import { benchThroughput } from "../bench/hosts/throughput.ts";
import { ansibleUnavailableReason } from "../bench/hosts/methods/ansible.ts";
import { writeDocument } from "../bench/hosts/write.ts";
import { stopOnSignal, stopped } from "../bench/measure.ts";
import { labUnavailableReason } from "../lab/lab.ts";
import { machinesUnavailableReason } from "../lab/vm/tools.ts";
import { print, progress, say } from "../toolchain/progress.ts";
import { canRun } from "../toolchain/run.ts";
import { main } from "./lib/main.ts";

/** Memory of a lab host in MiB: its engine alone, and with a store's server. */
const HOST_MIB = { engine: 150, store: 400 };

await main(async () => {
  const { parts, sizes, json, write } = parseHostsArgs(process.argv.slice(2));
  stopOnSignal();
  const date = new Date().toISOString().slice(0, 10);
  const report: HostsReport = {
    ...{ machine: await machineName(), load: loadavg()[0] ?? 0, date },
    ...{ cluster: [], growth: [], standIns: [], throughput: [], encryption: [], skipped: [] },
  };
  const noLab = labUnavailableReason();
  /** Returns whether this machine can measure a part with that many hosts. If not, adds the reason to the report. */
  const fits = (part: HostPart, hosts: number, mib: number): boolean => {
    const free = Math.round(availableMiB());
    const reason =
      noLab ?? (hosts * mib > free ? `${hosts * mib} MiB are needed, and ${free} MiB are free` : undefined);
    if (reason !== undefined) report.skipped.push(`${part}, ${hosts} hosts: ${reason}`);
    return reason === undefined;
  };

  /** Measures one size. After Ctrl-C it measures nothing more; earlier results are still reported. */
  const measure = async <T>(
    what: string,
    work: (reportProgress: (what: string) => void) => Promise<T>,
  ): Promise<T[]> => {
    try {
      if (stopped.aborted) throw new Error("interrupted");
      return [await progress(what, work)];
    } catch (error) {
      if (!stopped.aborted) throw error;
      report.skipped.push(`${what}: interrupted`);
      return [];
    }
  };

  if (parts.has("cluster")) {
    const noAnsible = await ansibleUnavailableReason();
    if (noAnsible !== undefined) report.skipped.push(`cluster by Ansible: ${noAnsible}`);
    const hasTools = (await canRun("docker", ["--version"])) && (await canRun("curl", ["--version"]));
    if (!hasTools) report.skipped.push("cluster: `docker` and `curl` must be on PATH");
    for (const hosts of hasTools ? (sizes ?? CLUSTER_SIZES) : []) {
      if (!fits("cluster", hosts, HOST_MIB.store)) continue;
      const bench = (reportProgress: (what: string) => void) =>
        benchCluster(hosts, { ansible: !noAnsible, reportProgress });
      report.cluster.push(...(await measure(`clusters of ${hosts} hosts`, bench)));
    }
  }
  if (parts.has("growth")) {
    for (const hosts of sizes ?? GROWTH_SIZES) {
      if (!fits("growth", hosts, HOST_MIB.engine)) continue;
      report.growth.push(...(await measure(`a Swarm of ${hosts} hosts`, () => benchGrowth(hosts))));
    }
  }
  if (parts.has("stand-ins")) {
    for (const hosts of sizes ?? FAKE_ENGINE_SIZES) {
      const bench = (reportProgress: (what: string) => void) => benchFakeEngines(hosts, reportProgress);
      report.standIns.push(...(await measure(`a Swarm of ${hosts} stand-ins`, bench)));
    }
  }
  if (parts.has("throughput")) {
    const hosts = sizes?.[0] ?? 4;
    if (fits("throughput", hosts, 2_000)) {
      const skip = (reason: string) => report.skipped.push(reason);
      const measured = await measure("throughput", (reportProgress) =>
        benchThroughput(hosts, { reportProgress, skip }),
      );
      report.throughput.push(...measured.flat());
    }
  }
  if (parts.has("encryption")) {
    const noMachines = machinesUnavailableReason();
    if (noMachines !== undefined) report.skipped.push(`encryption: ${noMachines}`);
    else report.encryption.push(...(await measure("encryption", benchEncryption)).flat());
  }

  if (write) for (const file of writeDocument(report)) say(`written: ${file}`);
  print(json ? JSON.stringify(report, undefined, 2) : renderHosts(report));
  return stopped.aborted ? 130 : 0;
});
