import { setImmediate as turn } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ClusterSnapshot } from "../../../../provider/preflight/snapshot.ts";
import { OverlayNetwork } from "../../../../components/networks/overlay/overlay-network.ts";
import { Preflight } from "../../../../components/preflight/preflight.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import { fakeHost, type RegisteredResource, runProgram } from "../../harness.ts";
import {
  attached,
  NETWORK,
  ownManager,
  ownNetwork,
  service,
  SERVICE,
  snapshot,
  SWARM,
} from "../../preflight-snapshot.ts";

/** The hosts as every look finds them. */
let found: ClusterSnapshot;
vi.mock("../../../../provider/preflight/collect-snapshot.ts", () => ({ collectSnapshot: async () => found }));
let said: string[];
beforeEach(() => {
  found = snapshot({ a: ownManager() });
  said = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
});
afterEach(() => vi.restoreAllMocks());

/** A preflight whose own turn is over. */
async function preflight(options: { allowOutage?: boolean; preview?: boolean } = {}) {
  const { preview, allowOutage } = options;
  const made = await runProgram(
    () => {
      const one = new Preflight("swarm-preflight", { hosts: [fakeHost("a")], allowOutage });
      for (const requirement of [SWARM, NETWORK, SERVICE]) void one.require(requirement);
      return one;
    },
    { preview },
  );
  await turn();
  return made;
}

test.each([false, true])(
  "a late requirement that nothing speaks against adds no resource (preview: %j)",
  async (preview) => {
    const { value, resources } = await preflight({ preview });
    const late = { ...SERVICE, subject: 'MinioService "late"', name: "late", ports: { port: 9100 } };
    expect(await value.require(late)).toBe(value);
    await pulumi.runtime.disconnect();
    expect(resources.map(({ name }) => name)).toEqual(["swarm-preflight"]);
    expect(said.filter((line) => !line.includes("late"))).toEqual([]);
  },
);

test.each([
  ["the port of an earlier service", { ...SERVICE, subject: 'MinioService "late"', name: "late" }, /"late": port 9000/],
  [
    "the subnet of an earlier network",
    { ...NETWORK, subject: 'OverlayNetwork "late"', name: "late", owner: { ...NETWORK.owner, name: "late" } },
    /"late": subnet "10.20.0.0\/24"/,
  ],
])("a late requirement is compared with the earlier ones: %s", async (_, late, refusal) => {
  const { value } = await preflight();
  await expect(value.require(late)).rejects.toThrow(refusal);
});

test("late requirements of one turn are compared with each other, and with those of later turns", async () => {
  const { value } = await preflight();
  const late = (name: string) => ({ ...SERVICE, subject: `MinioService "${name}"`, name, ports: { port: 9100 } });
  const [first, second] = [value.require(late("first")), value.require(late("second"))];
  await expect(first).rejects.toThrow('"second": port 9100');
  await expect(second).rejects.toBeInstanceOf(pulumi.RunError);
  await expect(value.require(late("third"))).rejects.toThrow('"third": port 9100');
});

test("services on a late network that must be replaced cannot be stopped first", async () => {
  const live = ownNetwork({
    Id: "id-late",
    Name: "late",
    Labels: { ...ownNetwork().Labels, "pulumi-swarm.name": "late" },
  });
  const onIt = { TaskTemplate: { ...attached.TaskTemplate, Networks: [{ Target: "id-late" }] } };
  found = snapshot({ a: ownManager({ networks: [live] }, [service("store", ownNetwork().Labels ?? {}, onIt)]) });
  const owner = { ...NETWORK.owner, name: "late" };
  const late = {
    ...NETWORK,
    subject: 'OverlayNetwork "late"',
    name: "late",
    owner,
    settings: { ...NETWORK.settings, subnet: "10.21.0.0/24" },
  };
  const { value } = await preflight({ allowOutage: true });
  found.allowOutage = true;
  await expect(value.require(late)).rejects.toThrow("declare it before the first `await` of the program");
});

const asIn = (resources: readonly RegisteredResource[]) =>
  resources
    .map(({ name, type, parent, dependencies }) => ({ name, type, parent, dependencies: dependencies.toSorted() }))
    .toSorted((a, b) => a.name.localeCompare(b.name));

test("a program registers the same whether it waits before a component or not", async () => {
  const program = async (waits: boolean) => {
    const { resources } = await runProgram(() =>
      pulumi.runtime.runInPulumiStack(async () => {
        const swarm = new Swarm("swarm", { managers: [fakeHost("a")] });
        if (waits) await turn().then(() => turn());
        const { networkId } = new OverlayNetwork("network", { swarm });
        return { networkId };
      }),
    );
    return asIn(resources);
  };
  const atOnce = await program(false);
  expect(atOnce.map(({ name }) => name)).toContain("network-network");
  expect(await program(true)).toEqual(atOnce);
});
