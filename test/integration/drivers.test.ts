import { beforeAll, describe, expect, test } from "vitest";
import { type Classes, describeOmittedCases, selectCases } from "../../toolchain/one-of-each.ts";
import { AttachedContainer, DNS_PROPAGATION } from "./attached-container.ts";
import { removeVolume } from "./manual-changes.ts";
import { getStoreAccess } from "./traffic-client.ts";
import { openBuckets, randomObject, waitUntilShared } from "./s3.ts";
import { type HostConfig, hostConfig, describeOnLab } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";

/**
 * Stores on networks with other drivers. This machine is on the hosts' network, like clients of a storage VLAN. The
 * kernel that all lab hosts share does not support ipvlan; `test/machines` tests it.
 */
describeOnLab(
  "a store on a network other than an overlay",
  (fixture) => {
    /** Returns an address of the hosts' network. */
    const address = (last: number) => fixture().lab.host(1).address.replace(/\d+$/, String(last));
    const url = (last: number) => `http://${address(last)}:9000`;

    /** Creates a stack with a Swarm on both hosts and a store on a network with that driver. */
    function stackOn(driver: string, args: object, ipv6 = false): Promise<TestStack> {
      const at = (number: number, role: HostConfig["role"]) => ({
        ...hostConfig(fixture().lab.host(number), role),
        ...(ipv6 && { address: `fd00:7::${number}` }),
      });
      const hosts = { a: at(1, "manager"), b: at(2, "worker") };
      return fixture().hostsStack(hosts, { minReadySeconds: 1, carrier: { driver, args } });
    }

    /** Returns arguments of a macvlan network, with an IP range of that prefix for each host. */
    const macvlan = (prefix: number) => {
      const link = (last: number) => ({ parent: "eth0", ipRange: `${address(last)}/${prefix}` });
      return { subnet: `${address(0)}/24`, hosts: { a: link(136), b: link(144) } };
    };

    /** Checks that an object written through any endpoint can be read through all of them. */
    async function expectOneStore(stack: TestStack): Promise<void> {
      await waitUntilShared(stack);
      const through = Object.values(await openBuckets(stack, "drivers"));
      await through[0]!.create();
      for (const [at, bucket] of through.entries()) {
        const content = randomObject();
        await bucket.put(`through-${at}`, content);
        for (const other of through) expect((await other.get(`through-${at}`)).equals(content)).toBe(true);
      }
    }

    /** Destroys a stack and removes its volumes, which the next store could not use. */
    async function destroyWithData(stack: TestStack): Promise<void> {
      await stack.destroy();
      const { hosts } = fixture().lab;
      for (const { engine } of hosts) {
        for (const { Name } of await engine.listVolumes()) await removeVolume(engine, Name);
      }
      // After a Swarm an engine keeps listening on the gossip port until it restarts.
      await Promise.all(hosts.map((host) => host.stopEngine().then(() => host.startEngine())));
    }

    /** Lists the names of the hosts' networks that this stack created. */
    async function networks(): Promise<string[]> {
      const all = await Promise.all(fixture().lab.hosts.map(({ engine }) => engine.listNetworks()));
      return all.flat().flatMap(({ Name }) => (Name.startsWith("network") ? [Name] : []));
    }

    describe("macvlan on the hosts' network", () => {
      let stack: TestStack;

      beforeAll(async () => {
        stack = await stackOn("macvlan", macvlan(32));
        await stack.up();
      });

      test("forms one store, which clients reach at the members' addresses", async () => {
        const { endpoint, endpoints } = await stack.outputs();
        expect({ endpoint, endpoints }).toEqual({ endpoint: url(136), endpoints: { a: url(136), b: url(144) } });
        await expectOneStore(stack);
      });

      test("has an empty second preview, also with refresh", async () => {
        expect((await stack.preview({ refresh: true })).steps).toEqual([]);
      });

      test("rejects another IP range for a host while the store uses it", async () => {
        stack.config("carrier", { driver: "macvlan", args: macvlan(29) });
        const { output } = await stack.expectFailure("preview");
        expect(output).toMatch(
          /MacvlanNetwork "network": hosts\.a\.ipRange ".*136\/29": the network exists with ".*136\/32"/,
        );
      });

      test("changes the ranges with allowOutage, and standalone containers resolve the store by name", async () => {
        stack.config("swarm", { allowOutage: true });
        const { steps } = await stack.up();
        expect(steps.map(({ op, name }) => `${op} ${name}`)).toContain("update store-main");
        const { endpoint, endpoints } = await stack.outputs();
        expect({ endpoint, endpoints }).toEqual({ endpoint: "http://store:9000", endpoints: {} });
        const { lab, images } = fixture();
        const container = await AttachedContainer.start(lab.host(2).engine, images.a, "network");
        const access = await getStoreAccess(stack);
        await expect.poll(() => container.setAlias(access), DNS_PROPAGATION).toEqual("");
        expect(await container.mc(["ls", "store/drivers"])).toMatch(/through-0\n.*through-1\n/);
        await container.remove();
        expect((await stack.preview()).steps).toEqual([]);
      });

      test("is removed completely", async () => {
        await destroyWithData(stack);
        expect(await networks()).toEqual([]);
      });
    });

    test("the hosts' network: forms one store at the hosts' addresses, with an empty second preview", async () => {
      const stack = await stackOn("host", {});
      await stack.up();
      expect((await stack.outputs())["endpoints"]).toEqual({ a: url(1), b: url(2) });
      await expectOneStore(stack);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
      await destroyWithData(stack);
    });

    describe("hosts with IPv6 addresses", () => {
      beforeAll(async () => {
        for (const [index, host] of fixture().lab.hosts.entries())
          await host.run("ip", "-6", "addr", "add", `fd00:7::${index + 1}/64`, "dev", "eth0", "nodad");
      });

      const onOverlay = async () => {
        const stack = await stackOn("overlay", { subnet: "10.40.0.0/24" }, true);
        await stack.up();
        // This machine has no address in that subnet. That `up` ends shows that the members reach each other.
        const endpoints = { a: "http://[fd00:7::1]:9000", b: "http://[fd00:7::2]:9000" };
        expect((await stack.outputs())["endpoints"]).toEqual(endpoints);
        return stack;
      };
      const onMacvlan = async () => {
        const stack = await stackOn("macvlan", macvlan(32), true);
        await stack.up();
        await expectOneStore(stack);
        return stack;
      };
      const networks: Classes<{ network: string; create: () => Promise<TestStack> }> = {
        "the hosts' addresses are IPv6": [
          { network: "an overlay", create: onOverlay },
          { network: "macvlan", create: onMacvlan },
        ],
      };
      const meta = { notRun: describeOmittedCases("networks of hosts with IPv6 addresses", [networks]) };

      test.each(selectCases(networks))(
        "$network: forms one store, with an empty second preview",
        { meta },
        async ({ create }) => {
          const stack = await create();
          expect((await stack.preview({ refresh: true })).steps).toEqual([]);
          await destroyWithData(stack);
        },
      );
    });

    test("a bridge: forms a store on one host with published ports, and rejects two hosts", async () => {
      const stack = await stackOn("bridge", { subnet: "10.30.0.0/24" });
      expect((await stack.expectFailure("preview")).output).toMatch(
        /network "bridge": does not connect hosts.*give an OverlayNetwork/,
      );
      stack.config("store", { pools: { main: { hosts: ["b"] } } });
      await stack.up();
      expect((await stack.outputs())["endpoints"]).toEqual({ b: url(2) });
      await expectOneStore(stack);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
      await destroyWithData(stack);
      expect(await networks()).toEqual([]);
    });
  },
  { hosts: 2 },
);
