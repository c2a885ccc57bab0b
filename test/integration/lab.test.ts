import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { ensureMinioImage, prepareMinioImage } from "../../toolchain/minio-image.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { run } from "../../toolchain/run.ts";
import { type Lab, type LabHost, type LabOptions, startLab, labUnavailableReason } from "../../lab/lab.ts";
import { withLabLock } from "../../lab/remove-lab.ts";
import { ensurePreloadedImages, VARIANTS } from "../../lab/preloaded.ts";
import { isRunning, type ProcessIdentity } from "../../lab/slots.ts";

const LAB = join(ROOT, "lab");

describe("the lab", () => {
  const labs: Lab[] = [];
  const start = async (hosts: number, options: Omit<LabOptions, "hosts"> = {}) => {
    const lab = await startLab({ ...options, hosts });
    labs.push(lab);
    return lab;
  };

  beforeEach(({ skip }) => {
    const problem = labUnavailableReason();
    if (problem !== undefined) skip(problem);
  });
  afterEach(async () => {
    for (const lab of labs.splice(0)) await lab.stop();
  });

  test("has hosts with their own engine, name and address, which cannot reach those of other labs", async () => {
    const [one, two] = [await start(2), await start(1)];
    const hosts = [...one.hosts, ...two.hosts];
    const infos = await Promise.all(hosts.map(({ engine }) => engine.info()));
    expect(infos.map(({ Name }) => Name)).toEqual(["node1", "node2", "node1"]);
    expect(new Set(infos.map(({ ID }) => ID)).size).toBe(3);
    expect(new Set(hosts.map(({ address }) => address)).size).toBe(3);

    const swarms = [one.host(2), two.host(1)];
    for (const { engine, address } of swarms)
      await engine.initSwarm({ ListenAddr: "0.0.0.0:2377", AdvertiseAddr: address, Spec: {} });
    await connects(one.host(1), one.host(2).address, 2377);
    await expect(connects(one.host(1), two.host(1).address, 2377)).rejects.toThrow(/ENETUNREACH/);
  });

  test("has engines without this machine's proxies", async () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv("HTTPS_PROXY", "http://127.0.0.1:1");
    expect(await (await start(1)).host(1).engine.info()).toMatchObject({ HttpsProxy: "" });
  });

  test("accepts its users by ssh, with a different host key for each host", async () => {
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

  test("has no route out of this machine", async () => {
    const lab = await start(1);
    expect(await lab.host(1).run("ip", "route")).not.toMatch(/default/);
    // Packets for unused addresses of the lab end at this machine.
    expect(await run("ip", ["route", "show", "type", "blackhole"])).toContain(subnetOf(lab));
  });

  test("keeps what is on disk after a power cut, and nothing else", async () => {
    const lab = await start(1, { disks: 1 });
    const host = lab.host(1);
    await host.engine.request("POST", "/networks/create", { body: { Name: "kept" } });
    const { ID } = await host.engine.info();
    const { hostKey } = host.ssh;
    await lab.exec(1, "sh", "-ec", "echo kept >/mnt/disk1/file; echo kept >/etc/file; iptables -N PSL-TEST");
    await lab.kill(1);
    await expect(host.engine.ping(1_000)).rejects.toThrow();
    await expect(connects(undefined, host.address, 22)).rejects.toThrow();
    await lab.start(1);
    expect((await host.engine.info()).ID).toBe(ID);
    expect((await host.engine.listNetworks()).map(({ Name }) => Name)).toContain("kept");
    expect(await lab.exec(1, "cat", "/mnt/disk1/file", "/etc/file")).toBe("kept\nkept");
    expect(existsSync("/etc/file")).toBe(false);
    expect(await ssh(host, "root", "cat /etc/file")).toBe("kept");
    expect(host.ssh.hostKey).toBe(hostKey);
    await expect(lab.exec(1, "iptables", "-L", "PSL-TEST")).rejects.toThrow();
  });

  test("keeps a host running without its engine, and starts the engine again", async () => {
    const host = (await start(1)).host(1);
    await host.stopEngine();
    await expect(host.engine.ping(1_000)).rejects.toThrow();
    expect(await ssh(host, "root", "hostname")).toBe("node1");
    await host.startEngine();
    expect((await host.engine.info()).Name).toBe("node1");
  });

  test("can partition and heal the network, and reaches all hosts from this machine", async () => {
    const lab = await start(3);
    const [one, two, three] = [lab.host(1), lab.host(2), lab.host(3)];
    await lab.partition([1], [2, 3]);
    for (const [from, to] of [
      [one, two],
      [two, one],
      [three, one],
    ] as const) {
      await expect(connects(from, to.address, 22, CONNECT_LIMIT.fails)).rejects.toThrow(/no answer/);
    }
    await connects(two, three.address, 22);
    for (const { address } of lab.hosts) await connects(undefined, address, 22);
    // A host that restarts is still partitioned.
    await lab.kill(2);
    await lab.start(2);
    await expect(connects(one, two.address, 22, CONNECT_LIMIT.fails)).rejects.toThrow(/no answer/);
    await lab.heal();
    // A failed ARP lookup is cached for a moment.
    const retrying = { timeout: 60_000, interval: 200 };
    await vi.waitFor(() => connects(one, two.address, 22), retrying);
    await vi.waitFor(() => connects(three, one.address, 22), retrying);
  });

  test("has a registry, from which images can be pulled by digest", async () => {
    const lab = await start(2);
    const [one, two] = [lab.host(1).engine, lab.host(2).engine];
    // An image without files: an empty archive.
    const query = { fromSrc: "-", repo: "nothing", changes: "LABEL of=lab" };
    await one.request("POST", "/images/create", { query, body: Buffer.alloc(1024) }).catch((error: unknown) => {
      // The engine answers with lines of JSON.
      if (!(error instanceof SyntaxError)) throw error;
    });
    const registry = await lab.registry();
    const name = await registry.push(one, "nothing", "things/nothing");
    expect(name).toMatch(/^198\.[\d.]+:5000\/things\/nothing@sha256:[0-9a-f]{64}$/);
    expect(await lab.exec(2, "docker", "pull", "--quiet", name)).toBe(name);
    const image = await two.request<{ RepoDigests: string[] }>("GET", `/images/${name}/json`);
    expect(image.RepoDigests).toContain(name);
  });

  test("starts its engines with shared images that no engine can change for another one", async () => {
    const images = await ensurePreloadedImages();
    const lab = await start(2, { images });
    const names = await Promise.all(VARIANTS.map(async (variant) => (await prepareMinioImage({ variant })).name));
    const hasImages = ({ engine }: LabHost) => Promise.all(names.map((name) => engine.hasImage(name)));
    for (const host of lab.hosts) expect(await hasImages(host)).toEqual([true, true]);
    const image = await lab.build((engine) => ensureMinioImage(engine, { variant: "b" }));
    expect(image).toBe(names[1]);
    const { ID: one } = await lab.host(1).engine.info();
    const { ID: two } = await lab.host(2).engine.info();
    expect(one).not.toBe(two);

    const shared = () => run("find", [...images, "-type", "f", "-exec", "sha256sum", "{}", "+"]);
    const before = await shared();
    const alone = ["run", "--rm", "--network", "none", "--entrypoint"];
    await lab.exec(1, "docker", ...alone, "mc", image, "cp", "/usr/bin/mc", "/usr/bin/minio");
    await lab.exec(1, "docker", "image", "rm", "--force", ...names);
    expect(await hasImages(lab.host(1))).toEqual([false, false]);
    expect(await lab.exec(2, "docker", ...alone, "minio", image, "--version")).toMatch(/^minio version/);
    expect(await shared()).toBe(before);
  });

  test("has disks of limited size that fill up, fail and can be replaced", async () => {
    const lab = await start(1, { disks: 2, diskSize: 2 });
    const { disks } = lab.host(1);
    const write = (path: string, kib: number) =>
      lab.exec(1, "dd", "if=/dev/zero", `of=${path}`, "bs=1k", `count=${kib}`, "status=none");
    await expect(write("/mnt/disk1/file", 4_000)).rejects.toThrow(/No space left/);
    await write("/mnt/disk2/file", 1_000);
    await disks.fail(2);
    await expect(write("/mnt/disk2/other", 1)).rejects.toThrow(/Read-only/);
    await disks.replace(2);
    expect(await lab.exec(1, "ls", "/mnt/disk2")).toBe("");
    await write("/mnt/disk2/file", 1_000);
  });

  test("leaves nothing behind when it stops", async () => {
    const lab = await startLab({ hosts: 1 });
    const folder = dirname(lab.host(1).socket.replace("unix://", ""));
    const subnet = subnetOf(lab);
    // Another lab would take the same slot at once.
    await withLabLock(async () => {
      await lab.stop();
      expect(existsSync(folder)).toBe(false);
      expect(await run("ip", ["route"])).not.toContain(subnet);
    });
  });

  test("removes the lab of a crashed process when the next one starts", async () => {
    const script = [
      `import { startLab } from ${JSON.stringify(join(LAB, "lab.ts"))};`,
      `import { isRunning, readProcessFile } from ${JSON.stringify(join(LAB, "slots.ts"))};`,
      "const lab = await startLab({ hosts: 1 });",
      'const mark = readProcessFile(lab.host(1).folder + "/pid");',
      "if (isRunning(mark)) console.log(JSON.stringify(mark));",
      "process.exit(1);",
    ].join("\n");
    const crashed = run(process.execPath, ["--input-type=module-typescript", "--eval", script]).catch(String);
    const [identity = ""] = /\{.*"pid".*\}/.exec(await crashed) ?? [];
    await start(1);
    expect(isRunning(JSON.parse(identity) as ProcessIdentity)).toBe(false);
  });
});

/** Time limits of connections that are expected to succeed and to fail, in milliseconds. */
const CONNECT_LIMIT = { succeeds: 10_000, fails: 1_000 };

/** Opens a TCP connection from a host of the lab, or from this machine. */
async function connects(
  from: LabHost | undefined,
  address: string,
  port: number,
  limit = CONNECT_LIMIT.succeeds,
): Promise<void> {
  const script = [
    `const options = { port: ${port}, host: "${address}", timeout: ${limit} };`,
    "const socket = require('net').connect(options, () => process.exit());",
    `socket.on("timeout", () => { throw new Error("no answer"); });`,
  ].join("\n");
  const [program, args]: [string, string[]] = [process.execPath, ["-e", script]];
  await run(...(from ? from.command(program, ...args) : ([program, args] as const)), { timeoutMs: 20_000 });
}

/** Runs a command over ssh, without the settings of the user who runs the test. */
function ssh(host: LabHost, user: string, command: string, knownHosts = host.ssh.knownHosts): Promise<string> {
  const options = [`UserKnownHostsFile=${knownHosts}`, "StrictHostKeyChecking=yes", "BatchMode=yes"];
  const given = ["-F", "none", "-i", host.ssh.identityFile, ...options.flatMap((option) => ["-o", option])];
  return run("ssh", [...given, `${user}@${host.address}`, command], { timeoutMs: 20_000 });
}

function subnetOf(lab: Lab): string {
  return lab.host(1).address.replace(/\.\d+$/, ".0/24");
}
