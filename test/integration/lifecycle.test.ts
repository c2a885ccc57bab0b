import { IDENTITY_TYPE } from "../../commands/lib/state.ts";
import { afterAll, expect, test } from "vitest";
import { type EngineContents, getEngineContents } from "./engine-contents.ts";
import { type Bucket, openBuckets, randomObject } from "./s3.ts";
import { describeOnLab } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";
import { TlsProxy } from "./tls-proxy.ts";

/** A proxy that does not answer. */
const CLOSED = "http://127.0.0.1:1";

/** The life of a store on one machine. */
describeOnLab("a store on one machine, from up to destroy", (fixture) => {
  let stack: TestStack;
  let before: EngineContents;
  let inTls: TlsProxy | undefined;
  afterAll(() => inTls?.close());
  const kept = randomObject();

  const onlyBucket = async (): Promise<Bucket> => {
    const all = await openBuckets(stack, "kept");
    expect(Object.keys(all)).toEqual(["local"]);
    return all["local"]!;
  };

  test("up creates everything, and a second preview is empty, also after a refresh", async () => {
    before = await getEngineContents(fixture().host.engine);
    // The engine's address comes from the environment, as for the docker CLI; the docker plugin reads it as well. So does
    // the address of the endpoints.
    inTls = await TlsProxy.start(fixture().host);
    // No connection to the engine or the store uses the proxy.
    const env = { ...inTls.environment, HTTPS_PROXY: CLOSED, https_proxy: CLOSED };
    stack = await fixture().stack({ engine: undefined, endpointAddress: undefined }, { env });
    const up = await stack.up();
    expect(new Set(up.steps.map(({ op }) => op))).toEqual(new Set(["create"]));

    expect((await stack.preview()).steps).toEqual([]);
    expect((await stack.refresh()).steps).toEqual([]);
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    expect((await stack.up()).steps).toEqual([]);
  });

  test("the stack exports what users look for, by name", async () => {
    const { address, engine } = fixture().host;
    const outputs = await stack.outputs();
    const [network] = await engine.listNetworks({ name: ["minio-overlay-network"] });
    const [service] = await engine.listServices();
    const swarm = await engine.inspectSwarm();
    const [node] = await engine.listNodes();
    expect(outputs).toEqual({
      endpoint: `http://${address}:9000`,
      endpoints: { local: `http://${address}:9000` },
      consoleEndpoints: { local: `http://${address}:9001` },
      metricsEndpoints: { local: `http://${address}:9000/minio/metrics/v3` },
      subnet: network?.IPAM.Config?.[0]?.Subnet,
      subnetGateway: network?.IPAM.Config?.[0]?.Gateway,
      networkId: network?.Id,
      networkName: "minio-overlay-network",
      swarmId: swarm.ID,
      nodes: { local: { nodeId: node?.ID, role: "manager", address: "127.0.0.1" } },
      serviceIds: { main: service?.ID },
      rootUser: expect.stringMatching(/^[\w.-]{3,64}$/),
      rootPassword: "[secret]",
      users: {},
      caCertificate: null,
      metricsToken: null,
    });
    expect(network?.Options).toHaveProperty("encrypted");
    expect(network?.Attachable).toBe(true);
    expect(Object.keys(service?.Spec.Mode ?? {})).toEqual(["Global"]);
  });

  test("a Swarm of one machine listens on its loopback interface alone", async () => {
    const listening = await fixture().host.run("ss", "-Hltn", "sport = :2377");
    expect(
      listening
        .trim()
        .split("\n")
        .map((line) => line.split(/\s+/)[3]),
    ).toEqual(["127.0.0.1:2377"]);
  });

  test("objects are put, read back equal, listed and deleted through each endpoint", async () => {
    for (const bucket of Object.values(await openBuckets(stack, "round-trip"))) {
      const object = randomObject();
      await bucket.create();
      await bucket.put("an/object", object);
      expect(object.equals(await bucket.get("an/object"))).toBe(true);
      expect(await bucket.list()).toEqual(["an/object"]);
      await bucket.delete("an/object");
      expect(await bucket.list()).toEqual([]);
    }
  });

  test("the console answers", async () => {
    const { consoleEndpoints } = (await stack.outputs()) as { consoleEndpoints: Record<string, string> };
    for (const url of Object.values(consoleEndpoints)) expect((await fetch(url)).status).toBe(200);
  });

  test("another image restarts all tasks at once, as the preview says, and keeps objects", async () => {
    const { engine } = fixture().host;
    const bucket = await onlyBucket();
    await bucket.create();
    await bucket.put("kept", kept);
    const [before] = await engine.listServices();

    stack.config("image", fixture().images.b);
    const preview = await stack.preview();
    expect(preview.steps.map(({ op, name }) => `${op} ${name}`)).toEqual(["update minio", "update minio-main"]);
    expect(preview.output).toMatch(/minio-main: all tasks restart at once, a short outage: .*Image/);
    await stack.up();

    const [now] = await engine.listServices();
    expect(now?.ID).toBe(before?.ID);
    const running = await engine.listTasks({ service: [now?.ID ?? ""], "desired-state": ["running"] });
    expect(running.map((task) => task.Spec.ContainerSpec.Image)).toEqual([fixture().images.b]);
    expect(kept.equals(await (await onlyBucket()).get("kept"))).toBe(true);
    expect((await stack.preview()).steps).toEqual([]);
  });

  test("destroy restores the engine's contents and keeps the data volumes, with their owner's labels", async () => {
    const { engine } = fixture().host;
    const { output } = await stack.destroy({ keepIdentity: true });
    expect(output).not.toContain("kept on their hosts");
    const remaining = stack.state().resources.map(({ type }) => type);
    expect(remaining.filter((type) => !type.startsWith("pulumi:"))).toEqual([IDENTITY_TYPE]);
    const volumes = ["minio-d1", "minio-d2", "minio-d3", "minio-d4"];
    expect(await getEngineContents(engine)).toEqual({ ...before, volumes });
    for (const volume of await engine.listVolumes()) {
      expect(volume.Labels).toMatchObject({ "pulumi-swarm.project": "pulumi-swarm", "pulumi-swarm.stack": "test" });
    }
  });

  test("the next up finds the objects", async () => {
    expect((await stack.up()).output).toMatch(/the data in volumes minio-d1, .* on host local will be reused/);
    expect(kept.equals(await (await onlyBucket()).get("kept"))).toBe(true);
    expect((await stack.destroy()).output).toMatch(
      /kept on their hosts, with all data: volumes minio-d1, minio-d2, minio-d3, minio-d4; `docker volume rm`/,
    );
  });
});
