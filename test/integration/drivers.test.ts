import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AttachedContainer } from "./attached-container.ts";
import { accessOf } from "./client.ts";
import { buckets, someObject } from "./s3.ts";
import { hostConfig, onLab } from "./scene.ts";
import type { TestStack } from "./stack.ts";

/**
 * Stores on Docker's other networks. This machine is on the network of the hosts, as clients of a storage VLAN are.
 * There is no ipvlan here: the kernel that all hosts of the lab share has none (`test/machines`).
 */
onLab(
  "a store on another network than an overlay",
  (scene) => {
    /** An address of the network that the hosts are on. */
    const address = (last: number) => scene().lab.host(1).address.replace(/\d+$/, String(last));
    const url = (last: number) => `http://${address(last)}:9000`;

    /** A stack of a Swarm on both hosts, with a store that talks over that network. */
    function stackOn(driver: string, args: object, store?: object): Promise<TestStack> {
      const { lab } = scene();
      const hosts = { a: hostConfig(lab.host(1), "manager"), b: hostConfig(lab.host(2), "worker") };
      return scene().hostsStack(hosts, { carrier: { driver, args }, store });
    }

    /** An object that goes in through each endpoint comes back equal through all. */
    async function expectOneStore(stack: TestStack): Promise<void> {
      const through = Object.values(await buckets(stack, "drivers"));
      await through[0]!.create();
      for (const [at, bucket] of through.entries()) {
        const content = someObject();
        await bucket.put(`through-${at}`, content);
        for (const other of through) expect((await other.get(`through-${at}`)).equals(content)).toBe(true);
      }
    }

    /** Names of the hosts' networks that this stack made. */
    async function networks(): Promise<string[]> {
      const all = await Promise.all(scene().lab.hosts.map(({ engine }) => engine.networks()));
      return all.flat().flatMap(({ Name }) => (Name.startsWith("network") ? [Name] : []));
    }

    describe("macvlan, where each host has one address to give", () => {
      let stack: TestStack;
      const args = (last: number) => ({
        subnet: address(0).replace(/$/, "/24"),
        hosts: {
          a: { parent: "eth0", ipRange: `${address(129)}/32` },
          b: { parent: "eth0", ipRange: `${address(last)}/32` },
        },
      });

      beforeAll(async () => {
        stack = await stackOn("macvlan", args(130));
        await stack.up();
      });

      test("is one store, which clients find at the members' own addresses", async () => {
        const { endpoint, endpoints } = await stack.outputs();
        expect({ endpoint, endpoints }).toEqual({ endpoint: url(129), endpoints: { a: url(129), b: url(130) } });
        await expectOneStore(stack);
      });

      test("a second preview is clean, also after refresh", async () => {
        expect((await stack.preview({ refresh: true })).steps).toEqual([]);
      });

      test("other addresses for a host are refused while the store has them", async () => {
        stack.config("carrier", { driver: "macvlan", args: args(131) });
        const { output } = await stack.refused("preview");
        stack.config("carrier", { driver: "macvlan", args: args(130) });
        expect(output).toMatch(
          /MacvlanNetwork "network": hosts\.b\.ipRange ".*131\/32": the network is there with ".*130\/32"/,
        );
      });

      test("is taken away whole", async () => {
        await stack.destroy();
        expect(await networks()).toEqual([]);
      });
    });

    describe("macvlan, where each host has several addresses to give", () => {
      let stack: TestStack;
      afterAll(() => stack.destroy());

      test("a container of one host that is no service's finds a store of the other by name", async () => {
        const link = (last: number) => ({ parent: "eth0", ipRange: `${address(last)}/29` });
        const args = { subnet: address(0).replace(/$/, "/24"), hosts: { a: link(136), b: link(144) } };
        stack = await stackOn("macvlan", args, { pools: { main: { hosts: ["a"] } } });
        await stack.up();
        const { endpoint, endpoints } = await stack.outputs();
        expect({ endpoint, endpoints }).toEqual({ endpoint: "http://store:9000", endpoints: {} });
        const { lab, images } = scene();
        const container = await AttachedContainer.start(lab.host(2).engine, images.a, "network");
        expect(await container.log(await accessOf(stack))).toEqual("");
        await container.mc(["mb", "store/names"]);
        await container.mc(["pipe", "store/names/across"], "across");
        expect(await container.mc(["cat", "store/names/across"])).toBe("across");
        await container.remove();
      });
    });

    test("the hosts' own network: one store at the hosts' addresses, clean at the second look", async () => {
      const stack = await stackOn("host", {});
      await stack.up();
      expect((await stack.outputs())["endpoints"]).toEqual({ a: url(1), b: url(2) });
      await expectOneStore(stack);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
      await stack.destroy();
    });

    test("a bridge: a store of one host with its ports published; of two it is refused", async () => {
      const stack = await stackOn("bridge", { subnet: "10.30.0.0/24" });
      expect((await stack.refused("preview")).output).toMatch(
        /network "bridge": ends at its host.*give an OverlayNetwork/,
      );
      stack.config("store", { pools: { main: { hosts: ["b"] } } });
      await stack.up();
      expect((await stack.outputs())["endpoints"]).toEqual({ b: url(2) });
      await expectOneStore(stack);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
      await stack.destroy();
      expect(await networks()).toEqual([]);
    });
  },
  { hosts: 2 },
);
