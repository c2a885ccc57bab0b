import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { ownerLabels } from "../../../../core/labels.ts";
import { Service } from "../../../../provider/service/service.ts";
import { OWNER, specOf, type TestSwarm, withFakeTime } from "../../../fake-swarm/test-swarm.ts";

const { start, said } = withFakeTime();

const connectionOf = ({ fake }: TestSwarm) => fake.engine(1).connection;

describe("an imported service", () => {
  test.each(["its name", "its id"])("is found by %s, and has no difference to itself", async (by) => {
    const scene = await start(1);
    const id = await scene.run({ ...specOf("a"), UpdateConfig: { Parallelism: 2 } });
    const { Name } = specOf("a");
    const read = await Service.read(by === "its id" ? id : Name, undefined, () => connectionOf(scene));
    expect(read).toMatchObject({ id, inputs: { ...scene.address, nodes: scene.nodes, timeoutSeconds: 600 } });
    expect(read.props).toEqual({ ...read.inputs, serviceId: id });
    expect(read.inputs?.spec).not.toHaveProperty("UpdateConfig");
    const checked = await Service.check!(read.inputs!, read.inputs!);
    expect(checked.failures).toEqual([]);
    expect(await Service.diff(id, read.props!, checked.inputs)).toMatchObject({ changes: false });
    expect(said()).toBe("");
  });

  test("with variables causes a warning", async () => {
    const scene = await start(1);
    const spec: ServiceSpec = { ...specOf("a"), TaskTemplate: { ContainerSpec: { Image: "a", Env: ["PASSWORD=x"] } } };
    await scene.run(spec);
    await Service.read(spec.Name, undefined, () => connectionOf(scene));
    expect(said()).toBe(
      `service ${spec.Name}: its variables are imported in plain text: move passwords to Docker secrets`,
    );
  });

  test("does not exist under another name", async () => {
    const scene = await start(1);
    expect(await Service.read("absent", undefined, () => connectionOf(scene))).toEqual({ id: "" });
  });

  test("is refused if it belongs to another state", async () => {
    const scene = await start(1);
    await scene.run({ ...specOf("a"), Labels: ownerLabels(OWNER) });
    await expect(Service.read(specOf("a").Name, undefined, () => connectionOf(scene))).rejects.toThrow(
      "cannot be imported: it belongs to another state: project p, stack dev, identity owner",
    );
  });
});
