import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { describeOnLab } from "./lab-fixture.ts";
import { openBuckets } from "./s3.ts";
import type { TestStack } from "./stack.ts";

describeOnLab("Pulumi's resource options and stack references", (fixture) => {
  let stack: TestStack;
  const urn = (name: string) => stack.state().resources.find((resource) => resource.urn.endsWith(`::${name}`))?.urn;
  const secretNames = async () => (await fixture().host.engine.listSecrets()).map(({ Spec }) => Spec.Name).toSorted();
  const serviceNames = async () => (await fixture().host.engine.listServices()).map(({ Spec }) => Spec.Name).toSorted();

  const program = (name: string) => join(ROOT, "test", "integration", "programs", name);

  beforeAll(async () => {
    stack = await fixture().stack({ protect: true, bucket: true }, { project: program("options") });
    await stack.up();
  });

  test("protect: the root password of a protected store can be rotated", async () => {
    const before = await secretNames();
    stack.config("passwordGeneration", "2");
    const { steps } = await stack.up();
    expect(steps.map(({ op, name }) => `${op} ${name}`)).toContain("replace store-root-password");
    const after = await secretNames();
    expect(after.filter((name) => before.includes(name))).toEqual(before.filter((name) => name.includes("tls")));
    expect((await stack.preview()).steps).toEqual([]);
  });

  test("protect: destroying a protected store fails, and the store keeps its secrets", async () => {
    const secrets = await secretNames();
    const { output } = await stack.expectFailure("destroy");
    expect(output).toMatch(/store.*cannot be deleted.*protected/is);
    expect(await secretNames()).toEqual(secrets);
    expect(await serviceNames()).toContain("store-main");
    // Pulumi has deleted what nothing protected depends on.
    await stack.up();
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });

  test("ignoreChanges: a service that was scaled by hand stays scaled", async () => {
    const { engine } = fixture().host;
    const [service] = await engine.listServices({ name: ["scaled"] });
    if (!service) throw new Error("the service is missing");
    const spec = { ...service.Spec, Mode: { Replicated: { Replicas: 2 } } };
    await engine.updateService(service.ID, service.Version.Index, spec);
    expect((await stack.up({ refresh: true })).steps).toEqual([]);
    expect((await engine.listServices({ name: ["scaled"] }))[0]?.Spec.Mode).toEqual({ Replicated: { Replicas: 2 } });
  });

  test("retainOnDelete: a bucket that leaves the program stays in the store", async () => {
    stack.config("bucket", false);
    const { steps } = await stack.up();
    expect(steps.map(({ op, type, name }) => `${op} ${type} ${name}`)).toEqual([
      "delete swarm:index:Bucket photos",
      "delete swarm:index:MinioBucket photos",
    ]);
    const buckets = Object.values(await openBuckets(stack, "photos"));
    // The bucket accepts objects only if it exists.
    await Promise.all(buckets.map((bucket) => bucket.put("still-there", Buffer.from("yes"))));
    stack.config("bucket", true);
    await stack.up();
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });

  test("StackReference: another stack uses the outputs, and secrets stay secret", async () => {
    const stores = `organization/options/${stack.name}`;
    const reader = await fixture().stack({ stores }, { project: program("reader"), backendOf: stack });
    await reader.up();
    expect((await reader.preview({ refresh: true })).steps).toEqual([]);
    const { endpoints, members, subnet } = await stack.outputs();
    const [service] = await fixture().host.engine.listServices({ name: ["reader"] });
    expect(service?.Spec.TaskTemplate.ContainerSpec.Env).toEqual([
      `endpoints=${JSON.stringify(endpoints)}`,
      `members=${JSON.stringify(members)}`,
      `subnet=${JSON.stringify(subnet)}`,
    ]);
    const { rootPassword } = await stack.outputs({ showSecrets: true });
    expect((await reader.outputs({ showSecrets: true }))["rootPassword"]).toBe(rootPassword);
    expect((await reader.outputs())["rootPassword"]).toBe("[secret]");
    expect(JSON.stringify(reader.state())).not.toContain(rootPassword);
    await reader.destroy();
  });

  test("--target: only the given resource changes", async () => {
    stack.config("passwordGeneration", "3");
    stack.config("protect", false);
    const target = urn("network");
    const { output } = await stack.start("up", ["--yes", "--skip-preview", "--target", target ?? ""]).outcome;
    expect(output).not.toMatch(/error/);
    expect((await stack.preview()).steps.map(({ name }) => name)).toContain("store-credentials");
    await stack.up();
    await stack.destroy();
    expect(stack.state().resources).toEqual([]);
  });
});
