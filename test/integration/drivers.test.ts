import { beforeAll, describe, expect, test } from "vitest";
import { AttachedContainer, DNS_PROPAGATION } from "./attached-container.ts";
import { removeVolume } from "./manual-changes.ts";
import { getStoreAccess } from "./traffic-client.ts";
import { openBuckets, randomObject, waitUntilShared } from "./s3.ts";
import { hostConfig, describeOnLab } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";

/**
 * Stores on Docker's other networks. This machine is on the network of the hosts, as clients of a storage VLAN are.
 * There is no ipvlan here: the kernel that all hosts of the lab share has none (`test/machines`).
 */
describeOnLab(
  "a store on another network than an overlay",
  (scene) => {
    /** An address of the network that the hosts are on. */
    const address = (last: number) => scene().lab.host(1).address.replace(/\d+$/, String(last));
    const url = (last: number) => `http://${address(last)}:9000`;

    /** A stack of a Swarm on both hosts, with a store that talks over that network. */
    function stackOn(driver: string, args: object, store?: object): Promise<TestStack> {
      const { lab } = scene();
      const hosts = { a: hostConfig(lab.host(1), "manager"), b: hostConfig(lab.host(2), "worker") };
      return scene().hostsStack(hosts, { minReadySeconds: 1, carrier: { driver, args }, store });
    }

    /** An object that goes in through each endpoint comes back equal through all. */
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

    /** Takes a stack away, and its drives, which the next store would find in the layout of this one. */
    async function takeAway(stack: TestStack): Promise<void> {
      await stack.destroy();
      const { hosts } = scene().lab;
      for (const { engine } of hosts) {
        for (const { Name } of await engine.listVolumes()) await removeVolume(engine, Name);
      }
      // An engine goes on listening where the nodes of the next Swarm would tell each other names.
      await Promise.all(hosts.map((host) => host.stopEngine().then(() => host.startEngine())));
    }

    /** Names of the hosts' networks that this stack made. */
    async function networks(): Promise<string[]> {
      const all = await Promise.all(scene().lab.hosts.map(({ engine }) => engine.listNetworks()));
      return all.flat().flatMap(({ Name }) => (Name.startsWith("network") ? [Name] : []));
    }

    describe("macvlan, on the network that the hosts are on themselves", () => {
      let stack: TestStack;
      /** Each host with so much of the network's addresses to give. */
      const carrier = (prefix: number) => {
        const link = (last: number) => ({ parent: "eth0", ipRange: `${address(last)}/${prefix}` });
        return { driver: "macvlan", args: { subnet: `${address(0)}/24`, hosts: { a: link(136), b: link(144) } } };
      };

      beforeAll(async () => {
        const { driver, args } = carrier(32);
        stack = await stackOn(driver, args);
        await stack.up();
      });

      test("is one store, which clients find at the members' own addresses", async () => {
        const { endpoint, endpoints } = await stack.outputs();
        expect({ endpoint, endpoints }).toEqual({ endpoint: url(136), endpoints: { a: url(136), b: url(144) } });
        await expectOneStore(stack);
      });

      test("a second preview is clean, also after refresh", async () => {
        expect((await stack.preview({ refresh: true })).steps).toEqual([]);
      });

      test("other addresses for a host are refused while the store has them", async () => {
        stack.config("carrier", carrier(29));
        const { output } = await stack.expectFailure("preview");
        expect(output).toMatch(
          /MacvlanNetwork "network": hosts\.a\.ipRange ".*136\/29": the network is there with ".*136\/32"/,
        );
      });

      test("with an outage allowed they are changed, and containers that are no service's find the store by name", async () => {
        stack.config("swarm", { allowOutage: true });
        const { steps } = await stack.up();
        expect(steps.map(({ op, name }) => `${op} ${name}`)).toContain("update store-main");
        const { endpoint, endpoints } = await stack.outputs();
        expect({ endpoint, endpoints }).toEqual({ endpoint: "http://store:9000", endpoints: {} });
        const { lab, images } = scene();
        const container = await AttachedContainer.start(lab.host(2).engine, images.a, "network");
        const access = await getStoreAccess(stack);
        await expect.poll(() => container.setAlias(access), DNS_PROPAGATION).toEqual("");
        expect(await container.mc(["ls", "store/drivers"])).toMatch(/through-0\n.*through-1\n/);
        await container.remove();
        expect((await stack.preview()).steps).toEqual([]);
      });

      test("is taken away whole", async () => {
        await takeAway(stack);
        expect(await networks()).toEqual([]);
      });
    });

    test("the hosts' own network: one store at the hosts' addresses, clean at the second look", async () => {
      const stack = await stackOn("host", {});
      await stack.up();
      expect((await stack.outputs())["endpoints"]).toEqual({ a: url(1), b: url(2) });
      await expectOneStore(stack);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
      await takeAway(stack);
    });

    test("a bridge: a store of one host with its ports published; of two it is refused", async () => {
      const stack = await stackOn("bridge", { subnet: "10.30.0.0/24" });
      expect((await stack.expectFailure("preview")).output).toMatch(
        /network "bridge": does not connect hosts.*give an OverlayNetwork/,
      );
      stack.config("store", { pools: { main: { hosts: ["b"] } } });
      await stack.up();
      expect((await stack.outputs())["endpoints"]).toEqual({ b: url(2) });
      await expectOneStore(stack);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
      await takeAway(stack);
      expect(await networks()).toEqual([]);
    });
  },
  { hosts: 2 },
);
