import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "../../toolchain/run.ts";
import { type Lab, type LabHost, startLab, whyNoLab } from "../lab/lab.ts";

describe("the lab", () => {
  const labs: Lab[] = [];
  const start = async (hosts: number) => {
    const lab = await startLab({ hosts });
    labs.push(lab);
    return lab;
  };

  beforeEach(({ skip }) => {
    const problem = whyNoLab();
    if (problem !== undefined) skip(problem);
  });
  afterEach(async () => {
    for (const lab of labs.splice(0)) await lab.stop();
  });

  test("has machines of their own: engine, name, address; and labs side by side do not meet", async () => {
    const [one, two] = [await start(2), await start(1)];
    const hosts = [...one.hosts, ...two.hosts];
    const infos = await Promise.all(hosts.map(({ engine }) => engine.info()));
    expect(infos.map(({ Name }) => Name)).toEqual(["node1", "node2", "node1"]);
    expect(new Set(infos.map(({ ID }) => ID)).size).toBe(3);
    expect(new Set(hosts.map(({ address }) => address)).size).toBe(3);

    const swarms = [one.host(2), two.host(1)];
    for (const { engine, address } of swarms)
      await engine.initSwarm({ ListenAddr: "0.0.0.0:2377", AdvertiseAddr: address, Spec: {} });
    const answers = ({ address }: LabHost) =>
      one.host(1).run(process.execPath, "-e", `require("net").connect(2377, "${address}", () => process.exit())`);
    await answers(one.host(2));
    await expect(answers(two.host(1))).rejects.toThrow(/ENETUNREACH/);
  });

  test("lets its users in by ssh, by the key of each host alone", async () => {
    const lab = await start(2);
    const [one, two] = [lab.host(1), lab.host(2)];
    const facts = "hostname; cat /etc/machine-id; docker info --format '{{.Name}}'";
    const [name, machineId, engine] = (await ssh(one, "root", facts)).split("\n");
    expect([name, engine]).toEqual(["node1", "node1"]);
    expect(machineId).not.toBe((await ssh(two, "root", "cat /etc/machine-id")).trim());
    expect(await ssh(one, "operator", "docker ps --quiet; sudo -n id -un")).toBe("root");
    await expect(ssh(one, "guest", "docker ps")).rejects.toThrow(/permission denied/i);

    const knownHosts = join(dirname(one.ssh.knownHosts), "exchanged");
    writeFileSync(knownHosts, `${one.address} ${two.ssh.hostKey}\n`);
    await expect(ssh(one, "root", "true", knownHosts)).rejects.toThrow(/Host key verification failed/);
  });

  test("has no way out of this machine", async () => {
    const lab = await start(1);
    expect(await lab.host(1).run("ip", "route")).not.toMatch(/default/);
    // An address of the lab that nobody has: the packet ends at this machine.
    expect(await run("ip", ["route", "show", "type", "blackhole"])).toContain(subnetOf(lab));
  });

  test("keeps what its engine holds over a power cut", async () => {
    const host = (await start(1)).host(1);
    await host.engine.request("POST", "/networks/create", { body: { Name: "kept" } });
    const { ID } = await host.engine.info();
    await host.stop();
    await expect(host.engine.ping(1_000)).rejects.toThrow();
    await host.start();
    expect((await host.engine.info()).ID).toBe(ID);
    expect((await host.engine.networks()).map(({ Name }) => Name)).toContain("kept");
  });

  test("leaves nothing when it stops", async () => {
    const lab = await startLab({ hosts: 1 });
    const folder = dirname(lab.host(1).socket.replace("unix://", ""));
    const subnet = subnetOf(lab);
    await lab.stop();
    expect(existsSync(folder)).toBe(false);
    expect(await run("ip", ["route"])).not.toContain(subnet);
  });

  test("of a process that crashed is cleared away by the next one", async () => {
    const script = [
      `import { startLab } from ${JSON.stringify(join(import.meta.dirname, "..", "lab", "lab.ts"))};`,
      "const lab = await startLab({ hosts: 1 });",
      "console.log(lab.host(1).socket);",
      "process.exit(1);",
    ].join("\n");
    const crashed = run(process.execPath, ["--input-type=module-typescript", "--eval", script]).catch(String);
    const [, socket = ""] = /unix:\/\/(\S+docker\.sock)/.exec(await crashed) ?? [];
    expect(existsSync(socket)).toBe(true);
    const lab = await start(1);
    // It may well have the same place.
    if (lab.host(1).socket !== `unix://${socket}`) expect(existsSync(socket)).toBe(false);
    const hosts = await run("sh", ["-c", "ps -eo args | grep -c '[d]ockerd --host unix://'\"$0\"", socket]).catch(
      () => "0",
    );
    expect(Number(hosts)).toBe(lab.host(1).socket === `unix://${socket}` ? 1 : 0);
  });
});

/** Runs a command over ssh, with no settings of whoever runs this test. */
function ssh(host: LabHost, user: string, command: string, knownHosts = host.ssh.knownHosts): Promise<string> {
  const options = [`UserKnownHostsFile=${knownHosts}`, "StrictHostKeyChecking=yes", "BatchMode=yes"];
  const given = ["-F", "none", "-i", host.ssh.identityFile, ...options.flatMap((option) => ["-o", option])];
  return run("ssh", [...given, `${user}@${host.address}`, command], { timeoutMs: 20_000 });
}

function subnetOf(lab: Lab): string {
  return lab.host(1).address.replace(/\.\d+$/, ".0/24");
}
