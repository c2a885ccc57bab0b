import { describe, expect, test } from "vitest";
import type { NetworkRequest } from "../../../../engine/types.ts";
import { ownerLabels } from "../../../../core/labels.ts";
import { Network, type NetworkInputs } from "../../../../provider/networks/network.ts";
import { networkSpecFrom } from "../../../../provider/networks/network-spec.ts";
import { network } from "../../preflight-snapshot.ts";
import { OWNER, specOf, type TestSwarm, withFakeTime } from "../../../fake-swarm/test-swarm.ts";
import { advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start } = withFakeTime();

const OVERLAY: NetworkRequest = {
  ...{ Name: "back", CheckDuplicate: true, Driver: "overlay", Attachable: true },
  ...{ Options: { encrypted: "" }, Labels: { team: "web" } },
};

const importFrom = (scene: TestSwarm, id: string) =>
  Network.read(id, undefined, () => scene.fake.engine(1).connection) as Promise<{ id: string; inputs: NetworkInputs }>;

describe("an imported network", () => {
  test.each(["its name", "its id"])("is found by %s, and has no difference to itself", async (by) => {
    const scene = await start(1);
    const id = await scene.engine(1).createNetwork(OVERLAY);
    const read = await importFrom(scene, by === "its id" ? id : "back");
    const { Name, Driver, Attachable, Options, Labels } = OVERLAY;
    const IPAM = { Driver: "default", Config: [{ Subnet: "10.0.1.0/24", Gateway: "10.0.1.1" }] };
    const spec = { Name, Driver, Attachable, IPAM, Options, Labels };
    expect(read).toEqual({ id, inputs: { ...scene.address, spec }, props: { ...scene.address, spec } });
    const { inputs } = await Network.check!(read.inputs, read.inputs);
    expect(await Network.diff(id, read.inputs, inputs)).toMatchObject({ changes: false, replaces: [] });
    expect(await Network.read(id, read.inputs)).toEqual(read);
  });

  test("does not exist under another name", async () => {
    expect(await importFrom(await start(1), "absent")).toEqual({ id: "" });
  });

  test.each<[string, Partial<NetworkRequest>, string]>([
    ["of another state", { Labels: ownerLabels(OWNER) }, "it belongs to another state: project p, stack dev"],
    [
      "with settings on the hosts",
      { Driver: "macvlan", Scope: "swarm", ConfigFrom: { Network: "back-config" }, Labels: undefined },
      "its settings are in the config-only networks back-config of the hosts: declare a MacvlanNetwork",
    ],
    [
      "without addresses",
      { IPAM: { Driver: "default", Config: [{ Subnet: "10.0.0.0/24" }] } },
      "Swarm has given it no addresses, so no task on it starts: remove it",
    ],
  ])("is refused if it is one %s", async (_case, more, problem) => {
    const scene = await start(1);
    await scene.engine(1).createNetwork({ ...OVERLAY, ...more });
    await expect(importFrom(scene, "back")).rejects.toThrow(`network back: cannot be imported: ${problem}`);
  });

  test("is refused if Docker created it", async () => {
    await expect(importFrom(await start(1), "ingress")).rejects.toThrow(
      "network ingress: cannot be imported: Docker itself creates it in every Swarm",
    );
  });

  test("is removed once no service uses it, and is created again as it was", async () => {
    const scene = await start(1);
    const id = await scene.engine(1).createNetwork(OVERLAY);
    const { inputs } = await importFrom(scene, "back");
    const template = { ...specOf("a").TaskTemplate, Networks: [{ Target: id }] };
    const service = await scene.run(specOf("a", { TaskTemplate: template }));
    const refused = Network.delete!(id, inputs).catch(({ message }: Error) => message);
    expect(await advanceUntilSettled(refused)).toContain("stop or detach what uses it first");
    await scene.engine(1).removeService(service);
    await advanceUntilSettled(Network.delete!(id, inputs));
    expect(await Network.read(id, inputs)).toEqual({ id: "" });

    const created = await Network.create(inputs);
    expect(created.id).not.toBe(id);
    expect(await Network.read(created.id, inputs)).toMatchObject({ inputs });
    await expect(Network.create(inputs)).rejects.toThrow("network back: exists already: import it");
  });
});

describe("the description of a network", () => {
  test("leaves out what Docker adds and what it defaults to", () => {
    const live = network("back", "10.1.0.0/24", {
      ...{ Internal: false, Attachable: false, EnableIPv6: false, Labels: {} },
      Options: { "com.docker.network.driver.overlay.vxlanid_list": "4097" },
    });
    expect(Object.keys(networkSpecFrom(live))).toEqual(["Name", "Driver", "IPAM"]);
  });

  const inputs: NetworkInputs = { managers: {}, swarmId: "s", spec: { Name: "back", Driver: "overlay" } };
  test.each([
    ["a setting of its default", { ...inputs, spec: { ...inputs.spec, Internal: false, Labels: {} } }, []],
    ["another setting", { ...inputs, spec: { ...inputs.spec, Internal: true } }, ["spec"]],
    ["another Swarm", { ...inputs, swarmId: "other" }, ["swarmId"]],
  ])("is replaced by a change, as Docker cannot change it: %s", async (_case, given, replaces) => {
    const news = (await Network.check!(inputs, given)).inputs;
    expect((await Network.diff("id", inputs, news)).replaces).toEqual(replaces);
  });
});
