import { beforeAll, expect, test } from "vitest";
import { AttachedContainer, DNS_PROPAGATION } from "./attached-container.ts";
import { getStoreAccess, type StoreAccess } from "./traffic-client.ts";
import { type HostConfig, hostConfig, describeOnLab } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";

/** Errors for an unknown name: Docker forwards it to the host's name server, which is unreachable here. */
const NAME_NOT_FOUND = /lookup store .*(no such host|timeout|server misbehaving)/;

/** Each host's address for the traffic of networks, beside the one by which the Swarm knows it. */
const dataPathAddress = (machine: number) => `10.99.0.${machine}`;

/** A running store that joins and leaves a network, tested with standalone containers on a host without a member. */
describeOnLab(
  "networks of a running store",
  (fixture) => {
    let stack: TestStack;
    let access: StoreAccess;
    let serviceIds: unknown;
    /** A container on the store's network, and one on the network that it joins later. */
    let inside: AttachedContainer;
    let outside: AttachedContainer;

    beforeAll(async () => {
      const { lab, images } = fixture();
      const at = (machine: number, role: HostConfig["role"]) => ({
        ...hostConfig(lab.host(machine), role),
        dataPathAddress: dataPathAddress(machine),
      });
      for (const [index, host] of lab.hosts.entries()) {
        await host.run("ip", "addr", "add", `${dataPathAddress(index + 1)}/24`, "dev", "eth0");
        for (const address of [dataPathAddress(index + 1), host.address])
          await host.run("iptables", "-A", "INPUT", "-d", address, "-p", "udp", "--dport", "4789");
      }
      stack = await fixture().hostsStack(
        { a: at(1, "manager"), b: at(2, "worker") },
        { networks: ["later"], store: { pools: { main: { hosts: ["a"] } } } },
      );
      await stack.up();
      access = await getStoreAccess(stack);
      serviceIds = (await stack.outputs())["serviceIds"];
      inside = await AttachedContainer.start(lab.host(2).engine, images.a, "network");
      outside = await AttachedContainer.start(lab.host(2).engine, images.a, "later");
    });

    /** Changes the store's networks, and returns the operations. */
    async function attachTo(networks: string[]): Promise<string[]> {
      stack.config("attached", networks);
      const { steps } = await stack.up();
      expect((await stack.outputs())["serviceIds"]).toEqual(serviceIds);
      return steps.map(({ op, name }) => `${op} ${name}`);
    }

    test("a container on the store's network uses it by name; one on another network cannot resolve the name", async () => {
      await expect.poll(() => inside.setAlias(access), DNS_PROPAGATION).toEqual("");
      await inside.mc(["mb", "store/names"]);
      await inside.mc(["pipe", "store/names/inside"], "from inside");
      expect(await inside.mc(["cat", "store/names/inside"])).toBe("from inside");
      expect(await outside.setAlias(access)).toMatch(NAME_NOT_FOUND);
    });

    test("the traffic of networks goes to the hosts' data path addresses alone", async () => {
      const host = fixture().lab.host(1);
      const counters = await host.run("iptables", "-nvxL", "INPUT");
      const packets = (address: string) =>
        Number(
          counters
            .split("\n")
            .find((line) => line.includes(` ${address} `))
            ?.trim()
            .split(/\s+/)[0],
        );
      expect(packets(dataPathAddress(1))).toBeGreaterThan(0);
      expect(packets(host.address)).toBe(0);
    });

    test("an OverlayNetwork that Swarm gives no addresses is an error, even if no service uses it", async () => {
      stack.config("lateSubnet", "10.20.0.128/25");
      const { output } = await stack.expectFailure("up");
      expect(output).toMatch(
        /network late: Swarm has given it no addresses, .*: its subnet overlaps with .*network 10\.20\.0\.0\/24/,
      );
      stack.config("lateSubnet", "10.21.0.0/24");
      const { steps } = await stack.up();
      const created = steps.filter(({ op }) => op.startsWith("create"));
      expect(created.map(({ op, name }) => `${op} ${name}`)).toEqual([
        "create-replacement late-network",
        "create late-allocation",
      ]);
    });

    test("after the store is attached to the other network, the container there uses it too", async () => {
      expect(await attachTo(["later"])).toEqual(["update store", "update store-main"]);
      for (const one of [outside, inside]) await expect.poll(() => one.setAlias(access), DNS_PROPAGATION).toEqual("");
      await outside.mc(["pipe", "store/names/outside"], "from outside");
      expect(await outside.mc(["cat", "store/names/outside"])).toBe("from outside");
      expect(await outside.mc(["cat", "store/names/inside"])).toBe("from inside");
      expect(await inside.mc(["cat", "store/names/outside"])).toBe("from outside");
    });

    test("after it is detached, only the container on the store's network still resolves it", async () => {
      expect(await attachTo([])).toEqual(["update store", "update store-main"]);
      await expect.poll(() => outside.setAlias(access), DNS_PROPAGATION).toMatch(NAME_NOT_FOUND);
      await expect.poll(() => inside.setAlias(access), DNS_PROPAGATION).toEqual("");
      expect(await inside.mc(["cat", "store/names/outside"])).toBe("from outside");
      expect((await stack.preview()).steps).toEqual([]);
    });
  },
  { hosts: 2 },
);
