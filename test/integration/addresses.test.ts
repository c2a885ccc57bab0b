import { expect, test } from "vitest";
import type { LabHost } from "../../lab/lab.ts";
import { type Classes, describeOmittedCases, selectCases } from "../../toolchain/one-of-each.ts";
import { openBuckets, randomObject, waitUntilShared } from "./s3.ts";
import type { TestStack } from "./stack.ts";
import { describeOnLab } from "./lab-fixture.ts";

/** Returns a name that resolves to an IPv4 address everywhere: its 32 bits as one number. */
const nameOf = (address: string) => `${address.split(".").reduce((bits, part) => bits * 256 + Number(part), 0)}`;

describeOnLab(
  "addresses of hosts",
  (fixture) => {
    const machine = (number: number, change: Record<string, unknown> = {}) => {
      const { address, hostname, ssh } = fixture().lab.host(number);
      const { user, identityFile, hostKey } = ssh;
      const drives = { d1: { path: "/mnt/disk1" } };
      return { address: nameOf(address), hostname, user, identityFile, hostKey, drives, role: "manager", ...change };
    };
    const none = { engine: undefined, hostname: undefined, endpointAddress: undefined };
    const settings = { ...none, stack: "ssh", encrypted: false, minReadySeconds: 1 };
    const hosts = (changes: Record<string, Record<string, unknown>> = {}) =>
      Object.fromEntries(["a", "b", "c"].map((key, index) => [key, machine(index + 1, changes[key])]));
    const nodeAddress = async ({ engine }: LabHost) => (await engine.info()).Swarm.NodeAddr;
    /** Returns the address that a machine has in addition, or after a change. */
    const other = ({ address }: LabHost) => address.replace(/\d+$/, (last) => `${100 + Number(last)}`);
    const data = randomObject(100_000);
    let stack: TestStack;

    /** Does what the refusal says, except for the `up` at the end. */
    const leave = async (host: LabHost) => {
      const manager = fixture().lab.host(1);
      await manager.run("docker", "node", "demote", host.hostname);
      await host.run("docker", "swarm", "leave", "--force");
      await host.stopEngine();
      await host.startEngine();
      await manager.run("docker", "node", "rm", "--force", host.hostname);
    };
    const expectHealthy = async () => {
      await waitUntilShared(stack);
      const buckets = Object.values(await openBuckets(stack, "data"));
      for (const bucket of buckets) expect((await bucket.get("before")).equals(data)).toBe(true);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    };

    test("are looked up on the machine for a name, and those of others are refused", async () => {
      const { lab } = fixture();
      const [first, , third] = lab.hosts as [LabHost, LabHost, LabHost];
      stack = await fixture().stack({ ...settings, hosts: hosts({ c: { privateAddress: "203.0.113.7" } }) });
      const foreign = await stack.expectFailure("up");
      expect(foreign.output).toContain(
        `hosts.c.privateAddress "203.0.113.7": is not an address of the host: give one of ${third.address} (eth0)`,
      );
      for (const host of lab.hosts) expect((await host.engine.info()).Swarm.LocalNodeState).toBe("inactive");

      stack.config("hosts", hosts());
      await stack.up();
      expect(await nodeAddress(first)).toBe(first.address);
      expect(await nodeAddress(third)).toBe(third.address);
      await waitUntilShared(stack);
      const bucket = Object.values(await openBuckets(stack, "data"))[0]!;
      await bucket.create();
      await bucket.put("before", data);
      await expectHealthy();
    });

    /** The address stays that of the node until it joins again, and has to be the source of its packets. */
    const moveToSecondAddress = async () => {
      const third = fixture().lab.host(3);
      const moved = other(third);
      await third.run("ip", "addr", "add", `${moved}/24`, "dev", "eth0");
      stack.config("hosts", hosts({ c: { privateAddress: moved } }));
      const { output } = await stack.expectFailure("preview");
      expect(output).toContain(`privateAddress ${moved}: its node joined the Swarm with ${third.address} and keeps it`);
      expect(output).toContain("`docker node demote` it if it is a manager, `docker swarm leave --force` there");

      await leave(third);
      const refused = await stack.expectFailure("up");
      expect(refused.output).toContain(
        `hosts.c.privateAddress "${moved}": its packets reach hosts a, b from ${third.address}, and overlay networks drop`,
      );
      expect((await third.engine.info()).Swarm.LocalNodeState).toBe("inactive");

      await third.run("sh", "-c", `ip addr flush dev eth0 && ip addr add ${moved}/24 dev eth0`);
      stack.config("hosts", hosts({ c: { address: moved } }));
      await stack.up({ refresh: true });
      expect(await nodeAddress(third)).toBe(moved);
      await expectHealthy();
    };

    const renumberMachineFirst = async () => {
      const [, second, third] = fixture().lab.hosts as [LabHost, LabHost, LabHost];
      const moved = other(second);
      await second.run("sh", "-c", `ip addr flush dev eth0 && ip addr add ${moved}/24 dev eth0`);
      stack.config("hosts", hosts({ b: { address: moved }, c: { address: other(third) } }));
      const { output } = await stack.expectFailure("preview");
      expect(output).toContain(
        `privateAddress ${moved}: its node joined the Swarm with ${second.address} and keeps it`,
      );
      await leave(second);
      await stack.up({ refresh: true });
      expect(await nodeAddress(second)).toBe(moved);
      await expectHealthy();
    };

    const moveAllToAnotherNetwork = async () => {
      const { lab } = fixture();
      const [, second, third] = lab.hosts as [LabHost, LabHost, LabHost];
      const inner = ({ number }: LabHost) => `10.77.0.${number}`;
      for (const host of lab.hosts) {
        const device = "ip link add eth1 link eth0 type macvlan mode bridge && ip link set eth1 up";
        await host.run("sh", "-c", `${device} && ip addr add ${inner(host)}/24 dev eth1`);
      }
      const outer = { b: { address: other(second) }, c: { address: other(third) } };
      stack.config("hosts", hosts({ ...outer, c: { ...outer.c, privateAddress: inner(third) } }));
      await leave(third);
      const { output } = await stack.expectFailure("up");
      expect(output).toContain(`its packets reach hosts a, b from ${other(third)}, and overlay networks drop`);

      await stack.destroy({ keepIdentity: true });
      const all = lab.hosts.map((host, index) => {
        const key = ["a", "b", "c"][index] as "a" | "b" | "c";
        return [key, { ...{ a: {}, ...outer }[key], privateAddress: inner(host) }] as const;
      });
      stack.config("hosts", hosts(Object.fromEntries(all)));
      await stack.up();
      for (const host of lab.hosts) expect(await nodeAddress(host)).toBe(inner(host));
      await expectHealthy();
    };

    /** In this order, each from where the previous one ended. */
    const moves: Classes<{ move: string; run: () => Promise<void> }> = {
      "nodes get other addresses": [
        { move: "to a second address of the machine", run: moveToSecondAddress },
        { move: "after the machine was renumbered", run: renumberMachineFirst },
        { move: "to another network, all together", run: moveAllToAnotherNetwork },
      ],
    };
    const meta = { notRun: describeOmittedCases("ways in which nodes get other addresses", [moves]) };

    test.each(selectCases(moves))("of running nodes change: $move", { meta }, ({ run }) => run());
  },
  { hosts: 3, disks: 1 },
);
