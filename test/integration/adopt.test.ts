import { expect, test } from "vitest";
import { removeVolume, waitFor } from "./manual-changes.ts";
import { type EngineContents, getEngineContents } from "./engine-contents.ts";
import { describeOnLab, hostConfig, ONE_DRIVE } from "./lab-fixture.ts";
import { openBucket, randomObject } from "./s3.ts";
import type { TestStack } from "./stack.ts";

describeOnLab("a Swarm", (fixture) => {
  let stack: TestStack;
  let before: EngineContents;

  test("created manually is refused without adopt: true, and nothing is changed", async () => {
    const { engine } = fixture().host;
    await engine.initSwarm({
      ListenAddr: "127.0.0.1:2377",
      AdvertiseAddr: "127.0.0.1",
      Spec: { Labels: { by: "hand" }, Orchestration: { TaskHistoryRetentionLimit: 9 } },
    });
    await engine.request("POST", "/networks/create", { body: { Name: "theirs", Driver: "overlay" } });
    await engine.request("POST", "/secrets/create", {
      body: { Name: "theirs", Data: Buffer.from("x").toString("base64") },
    });
    // Docker creates its networks shortly after the Swarm.
    await waitFor(
      async () => (await getEngineContents(engine)).networks.includes("docker_gwbridge"),
      "Docker's own networks",
    );
    before = await getEngineContents(engine);

    stack = await fixture().stack({ drives: ONE_DRIVE });
    for (const verb of ["preview", "up"] as const) {
      expect((await stack.expectFailure(verb)).output).toMatch(
        /Swarm "swarm": adopt false: host local is a manager of the Swarm \w+, which belongs to something other than pulumi-swarm: use the state that created it, or set adopt: true/,
      );
    }
    expect(await getEngineContents(engine)).toEqual(before);
  });

  test("is adopted with adopt: true, and only the stack's objects are added", async () => {
    const { engine } = fixture().host;
    const { ID, Spec } = await engine.inspectSwarm();
    stack.config("adopt", true);
    await stack.up();
    expect((await stack.outputs())["swarmId"]).toBe(ID);
    expect((await engine.inspectSwarm()).Spec).toEqual(Spec);
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });

  test("that was adopted is not left by destroy, which keeps only the data volume", async () => {
    const { engine } = fixture().host;
    await stack.destroy();
    // A task ends before its container is removed.
    await expect
      .poll(() => getEngineContents(engine), { timeout: 60_000, interval: 500 })
      .toEqual({ ...before, volumes: ["minio-d1"] });
    const [node] = await engine.listNodes();
    expect(node?.Spec).toMatchObject({ Availability: "active", Role: "manager" });
    expect(node?.Spec.Labels ?? {}).toEqual({});
  });

  test("that the stack created is not left by destroy while others use it", async () => {
    const { engine } = fixture().host;
    await engine.leaveSwarm(true);
    for (const { Name } of await engine.listVolumes()) await removeVolume(engine, Name);
    stack = await fixture().stack({ drives: ONE_DRIVE });
    await stack.up();
    await engine.createService({
      Name: "guest",
      Mode: { Replicated: { Replicas: 0 } },
      TaskTemplate: { ContainerSpec: { Image: fixture().images.a } },
    });

    expect((await stack.expectFailure("destroy")).output).toMatch(
      /Swarm \w+: it still has objects that this state did not create: service guest\. Remove them first/,
    );
    expect((await engine.listServices()).map(({ Spec }) => Spec.Name)).toContain("guest");

    const [guest] = await engine.listServices({ name: ["guest"] });
    await engine.removeService(guest?.ID ?? "");
    await stack.destroy();
    expect((await engine.info()).Swarm.LocalNodeState).toBe("inactive");
  });

  test("and a store created manually are adopted, with the objects", async () => {
    const { host, images } = fixture();
    const { engine, address } = host;
    await engine.initSwarm({ ListenAddr: `${address}:2377`, AdvertiseAddr: address, Spec: {} });
    const Target = await engine.createNetwork({ Name: "theirs", Driver: "overlay", CheckDuplicate: true });
    const [rootUser, rootPassword] = ["by-hand", "a-password-by-hand"];
    await engine.createService({
      Name: "store-main",
      Mode: { Global: {} },
      TaskTemplate: {
        ContainerSpec: {
          Image: images.a,
          Args: ["server", "/data"],
          Env: [`MINIO_ROOT_USER=${rootUser}`, `MINIO_ROOT_PASSWORD=${rootPassword}`],
          Mounts: [{ Type: "volume", Source: "store-d1", Target: "/data" }],
        },
        Networks: [{ Target }],
      },
      EndpointSpec: {
        Mode: "dnsrr",
        Ports: [{ Protocol: "tcp", TargetPort: 9000, PublishedPort: 9000, PublishMode: "host" }],
      },
    });
    const bucket = openBucket(`http://${address}:9000`, rootUser, rootPassword, "photos");
    await expect.poll(() => bucket.create().then(() => "created", String), { timeout: 60_000 }).toBe("created");
    const object = randomObject();
    await bucket.put("kept", object);

    const config = {
      swarm: { adopt: true },
      carrier: { driver: "overlay", args: { networkName: "theirs", adopt: true } },
      rootPassword,
    };
    stack = await fixture().hostsStack(
      { local: hostConfig(host, "manager", ONE_DRIVE) },
      { ...config, store: { rootUser } },
    );
    expect((await stack.expectFailure("preview")).output).toMatch(
      /MinioService "store": serviceName "store-main": .* belongs to something other than pulumi-swarm: .* set adopt: true/,
    );
    stack.config("store", { rootUser, adopt: true });
    const [{ ID } = { ID: "" }] = await engine.listServices();
    await stack.up();
    expect((await engine.listServices()).map((service) => service.ID)).toEqual([ID]);
    expect((await bucket.get("kept")).equals(object)).toBe(true);
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    await stack.destroy();
    expect((await getEngineContents(engine)).volumes).toContain("store-d1");
  });
});
