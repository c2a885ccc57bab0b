import { expect, test } from "vitest";
import { waitUntilShared } from "./s3.ts";
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
    const hosts = (ofC: Record<string, unknown> = {}) => ({ a: machine(1), b: machine(2), c: machine(3, ofC) });
    const nodeAddress = async (number: number) => (await fixture().lab.host(number).engine.info()).Swarm.NodeAddr;

    test("are looked up on the machine for a name, and a node keeps its address", async () => {
      const { lab } = fixture();
      const none = { engine: undefined, hostname: undefined, endpointAddress: undefined };
      const settings = { ...none, stack: "ssh", encrypted: false, minReadySeconds: 1 };
      const stack = await fixture().stack({ ...settings, hosts: hosts({ privateAddress: "203.0.113.7" }) });
      const third = lab.host(3);
      const foreign = await stack.expectFailure("up");
      expect(foreign.output).toContain(
        `hosts.c.privateAddress "203.0.113.7": is not an address of this machine: give one of ${third.address} (eth0)`,
      );
      for (const host of lab.hosts) expect((await host.engine.info()).Swarm.LocalNodeState).toBe("inactive");

      stack.config("hosts", hosts());
      await stack.up();
      expect(await nodeAddress(1)).toBe(lab.host(1).address);
      expect(await nodeAddress(3)).toBe(third.address);
      await waitUntilShared(stack);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);

      const moved = third.address.replace(/\d+$/, "103");
      await third.run("ip", "addr", "add", `${moved}/24`, "dev", "eth0");
      stack.config("hosts", hosts({ privateAddress: moved }));
      const { output } = await stack.expectFailure("preview");
      expect(output).toContain(`privateAddress ${moved}: its node joined the Swarm with ${third.address} and keeps it`);
      expect(output).toContain("`docker node demote` it if it is a manager, `docker swarm leave` there");
    });
  },
  { hosts: 3, disks: 1 },
);
