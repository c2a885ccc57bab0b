import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { describeOnLab } from "./lab-fixture.ts";
import { getNetwork, getOnlyService } from "./manual-changes.ts";
import { openBuckets, randomObject } from "./s3.ts";
import type { TestStack } from "./stack.ts";

describeOnLab(
  "settings of tasks, and transforms",
  (fixture) => {
    let stack: TestStack;
    const object = randomObject();
    const photos = async () => (await openBuckets(stack, "photos"))["local"]!;

    beforeAll(async () => {
      const { host, images } = fixture();
      await host.run("install", "-d", "-o", "1000", "-g", "1000", "/mnt/disk1/minio");
      const { socket, hostname, address } = host;
      const config = { engine: socket, hostname, endpointAddress: address, image: images.a, user: "1000" };
      stack = await fixture().stack(config, {
        project: join(ROOT, "test", "integration", "programs", "task-settings"),
      });
      await stack.up();
    });

    test("reach the service and its containers, and a second preview is empty", async () => {
      const { engine } = fixture().host;
      const { Labels, TaskTemplate } = (await getOnlyService(engine)).Spec;
      expect(Labels).toMatchObject({ team: "storage", "pulumi-swarm.name": "store-main" });
      expect(TaskTemplate.Placement?.Constraints).toContain("node.role == manager");
      expect(TaskTemplate.ContainerSpec).toMatchObject({
        User: "1000",
        Labels: { parser: "json" },
        Hosts: ["198.51.100.8 keys.example.com", "198.51.100.7 login.example.com"],
        CapabilityAdd: ["CAP_SYS_NICE"],
      });
      expect(TaskTemplate.ContainerSpec.Mounts?.map(({ Target }) => Target)).toContain("/tmp/of-the-host");
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    });

    test("transforms change the network and each secret, which keep their owner", async () => {
      const { engine } = fixture().host;
      const secrets = await engine.listSecrets();
      expect(secrets).toHaveLength(3);
      const labels = [(await getNetwork(engine, "network")).Labels, ...secrets.map(({ Spec }) => Spec.Labels)];
      for (const own of labels) {
        expect(own).toMatchObject({ team: "storage", "pulumi-swarm.owner": expect.any(String) as string });
      }
    });

    test("a store of another user than root reads its secrets and writes to its drive", async () => {
      await (await photos()).put("object", object);
      expect(object.equals(await (await photos()).get("object"))).toBe(true);
      const owners = await fixture().host.run("stat", "-c", "%u", "/mnt/disk1/minio/photos");
      expect(owners.trim()).toBe("1000");
    });

    test("a change of the settings of MinIO is tried as that user, and keeps the data", async () => {
      stack.config("environment", { MINIO_API_REQUESTS_MAX: "200" });
      const { output } = await stack.up();
      expect(output).toMatch(/store-main: all tasks restart at once/);
      expect(object.equals(await (await photos()).get("object"))).toBe(true);
      expect((await stack.preview()).steps).toEqual([]);
    });

    test("another user than the drive's is rolled back", async () => {
      stack.config("user", "1001");
      const { output } = await stack.expectFailure("up");
      expect(output).toContain("store-main: the change failed and is rolled back");
      expect(object.equals(await (await photos()).get("object"))).toBe(true);
      stack.config("user", "1000");
      await stack.up();
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    });
  },
  { disks: 1 },
);
