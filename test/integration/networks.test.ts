import { beforeAll, expect, test } from "vitest";
import { AttachedContainer, DNS_PROPAGATION } from "./attached-container.ts";
import { getStoreAccess, type StoreAccess } from "./traffic-client.ts";
import { type HostConfig, hostConfig, describeOnLab } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";

/** Docker's name server asks the host's for what it does not know, and here nobody answers it. */
const NO_SUCH_NAME = /lookup store .*(no such host|timeout|server misbehaving)/;

/** A live store that joins and leaves a network, seen by containers that are no service's, on a host without a member. */
describeOnLab(
  "networks of a live store",
  (scene) => {
    let stack: TestStack;
    let access: StoreAccess;
    let former: unknown;
    /** On the store's own network, and on the one that it joins later. */
    let inside: AttachedContainer;
    let outside: AttachedContainer;

    beforeAll(async () => {
      const { lab, images } = scene();
      const at = (machine: number, role: HostConfig["role"]) => hostConfig(lab.host(machine), role);
      stack = await scene().hostsStack(
        { a: at(1, "manager"), b: at(2, "worker") },
        { networks: ["later"], store: { pools: { main: { hosts: ["a"] } } } },
      );
      await stack.up();
      access = await getStoreAccess(stack);
      former = (await stack.outputs())["serviceIds"];
      inside = await AttachedContainer.start(lab.host(2).engine, images.a, "network");
      outside = await AttachedContainer.start(lab.host(2).engine, images.a, "later");
    });

    /** Changes the store's networks, and gives back what was done. */
    async function attachTo(networks: string[]): Promise<string[]> {
      stack.config("attached", networks);
      const { steps } = await stack.up();
      expect((await stack.outputs())["serviceIds"]).toEqual(former);
      return steps.map(({ op, name }) => `${op} ${name}`);
    }

    test("a container on the store's network puts and reads, by the store's name; one on another finds none", async () => {
      await expect.poll(() => inside.setAlias(access), DNS_PROPAGATION).toEqual("");
      await inside.mc(["mb", "store/names"]);
      await inside.mc(["pipe", "store/names/inside"], "from inside");
      expect(await inside.mc(["cat", "store/names/inside"])).toBe("from inside");
      expect(await outside.setAlias(access)).toMatch(NO_SUCH_NAME);
    });

    test("once the store is attached to the other network, the container there puts and reads too", async () => {
      expect(await attachTo(["later"])).toEqual(["update store-main"]);
      for (const one of [outside, inside]) await expect.poll(() => one.setAlias(access), DNS_PROPAGATION).toEqual("");
      await outside.mc(["pipe", "store/names/outside"], "from outside");
      expect(await outside.mc(["cat", "store/names/outside"])).toBe("from outside");
      expect(await outside.mc(["cat", "store/names/inside"])).toBe("from inside");
      expect(await inside.mc(["cat", "store/names/outside"])).toBe("from outside");
    });

    test("once it is detached, the container finds it no more, and the one on its own network still does", async () => {
      expect(await attachTo([])).toEqual(["update store-main"]);
      await expect.poll(() => outside.setAlias(access), DNS_PROPAGATION).toMatch(NO_SUCH_NAME);
      await expect.poll(() => inside.setAlias(access), DNS_PROPAGATION).toEqual("");
      expect(await inside.mc(["cat", "store/names/outside"])).toBe("from outside");
      expect((await stack.preview()).steps).toEqual([]);
    });
  },
  { hosts: 2 },
);
