import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Requirement, NetworkRequirement, ServiceRequirement, SwarmRequirement } from "../../core/requirement.ts";
import { Preflight } from "../../provider/preflight/preflight.ts";
import { sendsVxlanOverIpv4Only } from "../../provider/preflight/checks/address-family.ts";
import { ownerLabels } from "../../core/labels.ts";
import type { LabHost } from "../../lab/lab.ts";
import { waitFor } from "./manual-changes.ts";
import { getEngineContents } from "./engine-contents.ts";
import { hostConfig, describeOnLab } from "./lab-fixture.ts";

const owner = { id: "this-state", project: "p", stack: "s", name: "preflight" };
const swarm: SwarmRequirement = {
  kind: "swarm",
  subject: 'Swarm "swarm"',
  owner,
  adopt: false,
  addressPools: [],
  managers: ["a"],
};
const network = (settings: NetworkRequirement["settings"]): NetworkRequirement => ({
  kind: "network",
  subject: 'OverlayNetwork "net"',
  owner,
  name: "net",
  settings: { encrypted: false, mtu: 1500, subnet: "10.20.0.0/24", gateway: "10.20.0.1", ...settings },
});
const store: ServiceRequirement = {
  kind: "service",
  subject: 'MinioService "store"',
  owner,
  name: "store",
  ports: { port: 9000 },
  hosts: ["a", "b", "c"],
  disks: [{ path: "/mnt/disk1", subfolder: "minio" }],
};

describeOnLab(
  "the preflight of several hosts",
  (fixture) => {
    const at = (key: "a" | "b" | "c") => fixture().lab.host({ a: 1, b: 2, c: 3 }[key]);
    const address = (key: "a" | "b" | "c") => at(key).address;

    /** Runs the preflight on the three hosts; returns its errors and what it printed. */
    const runPreflight = (...requirements: Requirement[]) => runPreflightAt(address, ...requirements);

    async function runPreflightAt(
      privateAddress: (key: "a" | "b" | "c") => string,
      ...requirements: Requirement[]
    ): Promise<{ errors: string[]; printed: string[] }> {
      const hosts = (["a", "b", "c"] as const).map((key) => {
        const { ssh, hostname } = at(key);
        const sshOptions = ["-i", ssh.identityFile, "-o", `UserKnownHostsFile=${ssh.knownHosts}`];
        const connection = { host: `ssh://${ssh.user}@${address(key)}`, sshOptions };
        return [key, { connection, hostname, privateAddress: privateAddress(key) }] as const;
      });
      const inputs = { hosts: Object.fromEntries(hosts), requirements: [swarm, ...requirements], allowOutage: false };
      const log = vi.spyOn(console, "log").mockImplementation(() => {});
      const { failures } = await Preflight.check!({}, inputs);
      const printed = log.mock.calls.map(([line]) => String(line));
      log.mockRestore();
      return { errors: failures.map(({ reason }) => reason), printed };
    }

    /** Returns what a preflight could leave behind on a host. */
    async function traces(host: LabHost): Promise<object> {
      const listening = await host.run("sh", "-c", "awk '$4 == \"0A\" { print $2 }' /proc/net/tcp | sort -u");
      const udp = await host.run("sh", "-c", "awk 'NR > 1 { print $2 }' /proc/net/udp | sort -u");
      const processes = await host.run("sh", "-c", "ps -eo comm= | grep -c python || true");
      return { contents: await getEngineContents(host.engine), listening, udp, processes };
    }

    const everywhere = () => Promise.all(fixture().lab.hosts.map(traces));
    let before: object[];
    beforeAll(async () => {
      before = await everywhere();
    });

    describe("that are not nodes yet", () => {
      afterEach(async () => {
        for (const host of fixture().lab.hosts) {
          await host.run("iptables", "-F", "INPUT");
          await host.run("hostname", host.hostname);
          await host.run("ip", "link", "set", "eth0", "mtu", "1500");
          await host.run("mount", "-o", "remount,size=1g", "/mnt/disk1");
        }
        expect(await everywhere()).toEqual(before);
      });

      test("reports nothing if there are no problems", async () => {
        expect(await runPreflight(network({}), store)).toEqual({ errors: [], printed: [] });
      });

      test("reports blocked ports and packets between two hosts, in both directions", async () => {
        const block = (key: "a" | "b" | "c", from: "a" | "b" | "c", ...what: string[]) =>
          at(key).run("iptables", "-A", "INPUT", "-s", address(from), ...what);
        await block("b", "a", "-p", "udp", "--dport", "4789", "-j", "DROP");
        await block("a", "b", "-p", "udp", "--dport", "7946", "-j", "DROP");
        await block("a", "c", "-p", "tcp", "--dport", "2377", "-j", "REJECT", "--reject-with", "tcp-reset");
        await block("b", "c", "-m", "length", "--length", "1400:65535", "-j", "DROP");
        const blocked = (to: "b" | "c", what: string) =>
          `Swarm "swarm": hosts.a.privateAddress "${address("a")}": traffic between this host and host ${to} (${address(to)}) ` +
          `is blocked: ${what}: open these ports in the firewalls and security groups of both`;
        const { errors, printed } = await runPreflight(network({ mtu: 1450 }));
        expect(errors).toEqual([
          `${blocked("b", "from a to b 4789/udp; from b to a 7946/udp")}; if something in between uses 4789/udp itself (NSX, Proxmox, some clouds), set dataPathPort on the Swarm`,
          blocked("c", "from c to a 2377/tcp"),
          expect.stringMatching(/mtu 1450: packets of 1450 bytes do not pass unfragmented between host b and host c:/),
        ]);
        expect(printed).toEqual([
          ["host  mtu      ports", "a     ok       refused", "b     refused  refused", "c     refused  refused"].join(
            "\n",
          ),
        ]);
      });

      test("probes hosts with IPv6 addresses, and refuses engines that send no VXLAN over them", async () => {
        const ipv6 = { a: "fd00:5::1", b: "fd00:5::2", c: "fd00:5::3" };
        const keys = ["a", "b", "c"] as const;
        for (const key of keys) await at(key).run("ip", "-6", "addr", "add", `${ipv6[key]}/64`, "dev", "eth0", "nodad");
        await at("b").run("ip6tables", "-A", "INPUT", "-s", ipv6.a, "-p", "udp", "--dport", "4789", "-j", "DROP");
        try {
          const { errors } = await runPreflightAt((key) => ipv6[key], network({}));
          const version = (await fixture().host.engine.info()).ServerVersion;
          const tooOld = sendsVxlanOverIpv4Only(version) ? keys : [];
          expect(errors).toEqual([
            ...tooOld.map((key) =>
              expect.stringContaining(`hosts.${key}.privateAddress "${ipv6[key]}": is IPv6, over which`),
            ),
            expect.stringContaining(
              `traffic between this host and host b (${ipv6.b}) is blocked: from a to b 4789/udp:`,
            ),
          ]);
        } finally {
          await at("b").run("ip6tables", "-F", "INPUT");
          for (const key of keys) await at(key).run("ip", "-6", "addr", "del", `${ipv6[key]}/64`, "dev", "eth0");
        }
      });

      test("reports a machine of which it can only check the engine", async () => {
        const keys = "/etc/ssh/authorized_keys";
        const command =
          "case $SSH_ORIGINAL_COMMAND in docker*) exec $SSH_ORIGINAL_COMMAND;; *) echo docker alone;; esac";
        await at("c").run("sed", "-i.all", `s/^/command="${command}" /`, keys);
        try {
          const { errors, printed } = await runPreflight(network({}), store);
          expect(errors).toEqual([]);
          expect(printed).toContainEqual(
            expect.stringMatching(
              /hosts\.c "machine": its kernel, MTU, ports and disks are not checked: .*: docker alone$/m,
            ),
          );
        } finally {
          await at("c").run("mv", `${keys}.all`, keys);
        }
      });

      test("reports problems of single hosts", async () => {
        await at("b").run("hostname", at("a").hostname);
        await at("b").run("mount", "-o", "remount,size=20m", "/mnt/disk1");
        await at("c").run("umount", "/mnt/disk1");
        await at("c").run("ip", "link", "set", "eth0", "mtu", "1300");
        try {
          const { errors } = await runPreflight(network({ mtu: 1400, subnet: "10.20.0.0/29" }), store);
          expect(errors).toEqual([
            expect.stringMatching(
              /hosts\.b\.hostname "node2": its engine calls itself "node1": give hostname: "node1"/,
            ),
            expect.stringMatching(/hosts\.b\.hostname "node1": the engine of host a has the same name: rename one/),
            expect.stringMatching(
              /mtu 1400: is larger than the MTU of the links between the hosts: 1300 on host c \(eth0\): give mtu: 1300$/,
            ),
            expect.stringMatching(
              /subnet "10\.20\.0\.0\/29": has 5 addresses .*, and 3 hosts need 6 .*: choose a larger one/,
            ),
            expect.stringMatching(
              /hosts\.c\.drives "\/mnt\/disk1": is not a mount point: mount the disk there, or leave/,
            ),
            expect.stringMatching(
              /hosts\.b\.drives "\/mnt\/disk1": its disk has 20 MiB left of 20 MiB: free some space, or/,
            ),
          ]);
        } finally {
          await at("c").run("mount", "-t", "tmpfs", "-o", "size=1g", "disk", "/mnt/disk1");
        }
      });
    });

    test("a preview prints the problems as lines and as a table, and only warns of an unreachable host", async () => {
      const stack = await fixture().hostsStack(
        {
          a: hostConfig(at("a"), "manager"),
          b: { ...hostConfig(at("b"), "worker"), address: address("a") },
          c: { ...hostConfig(at("c"), "worker"), engine: "unix:///nowhere/docker.sock" },
        },
        { store: "none" },
      );
      const { output } = await stack.expectFailure("preview");
      expect(output).toMatch(/warning: Swarm "swarm": hosts\.c "engine": not checked: .*the socket does not exist/);
      expect(output).toMatch(/hosts\.b\.privateAddress ".*": is the address of host a as well: give each host its own/);
      expect(output).toMatch(/host +engine +addresses\s+a +ok +refused\s+b +ok +refused\s+c +warning +-/);
      expect(await everywhere()).toEqual(before);
    });

    test("a host that starts during the run is checked before anything is changed", async () => {
      await at("c").engine.initSwarm({ ListenAddr: "0.0.0.0:2377", AdvertiseAddr: address("c"), Spec: {} });
      await at("c").stop();
      const stack = await fixture().hostsStack(
        { a: hostConfig(at("a"), "manager"), c: hostConfig(at("c"), "worker") },
        { store: "none" },
      );
      const { outcome, events } = stack.start("up", ["--yes", "--skip-preview"]);
      const waiting = () =>
        events().some(({ resourcePreEvent }) => resourcePreEvent?.metadata.urn.endsWith("c-machine"));
      await waitFor(() => Promise.resolve(waiting()), "Pulumi to wait for host c");
      await at("c").start();
      const { exitCode, output } = await outcome;
      expect(exitCode).not.toBe(0);
      expect(output).toMatch(
        /host c is a manager of the Swarm \w+, which belongs to something other than pulumi-swarm/,
      );
      expect(await traces(at("a"))).toEqual(before[0]);
      await at("c").engine.leaveSwarm(true);
    });

    describe("one of which is a node", () => {
      beforeAll(async () => {
        const Spec = { Name: "default", Labels: ownerLabels(owner) };
        await at("a").engine.initSwarm({ ListenAddr: "0.0.0.0:2377", AdvertiseAddr: address("a"), Spec });
      });

      test("checks the ports that the node uses as well", async () => {
        await at("a").run("iptables", "-A", "INPUT", "-s", address("b"), "-p", "udp", "--dport", "7946", "-j", "DROP");
        const { errors } = await runPreflight(network({}));
        expect(errors).toEqual([expect.stringMatching(/is blocked: from b to a 7946\/udp: open/)]);
        await at("a").run("iptables", "-F", "INPUT");
        expect(await runPreflight(network({}))).toEqual({ errors: [], printed: [] });
      });

      test("reports a host that is in another Swarm", async () => {
        await at("c").engine.initSwarm({ ListenAddr: "0.0.0.0:2377", AdvertiseAddr: address("c"), Spec: {} });
        const { errors } = await runPreflight(network({}));
        expect(errors).toEqual([
          expect.stringMatching(/hosts\.c\.engine "ssh:.*": is in another Swarm \(\w+\) than host a: leave it with/),
        ]);
        await at("c").engine.leaveSwarm(true);
      });

      test("checks no connections between nodes, because their Swarm uses them", async () => {
        const { JoinTokens } = await at("a").engine.inspectSwarm();
        const join = { RemoteAddrs: [`${address("a")}:2377`], JoinToken: JoinTokens.Worker };
        for (const key of ["b", "c"] as const) {
          await at(key).engine.joinSwarm({ ...join, ListenAddr: "0.0.0.0:2377", AdvertiseAddr: address(key) });
        }
        await at("b").run("iptables", "-A", "INPUT", "-p", "udp", "--dport", "4789", "-j", "DROP");
        expect(await runPreflight(network({}))).toEqual({ errors: [], printed: [] });
      });
    });
  },
  { hosts: 3, disks: 1 },
);
