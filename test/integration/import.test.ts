import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { afterAll, expect, test } from "vitest";
import { exec } from "../../engine/exec.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { ensureYamlHost } from "../../toolchain/languages.ts";
import { ensurePulumi } from "../../toolchain/pulumi.ts";
import { describeOnLab, ONE_DRIVE } from "./lab-fixture.ts";
import { waitFor } from "./manual-changes.ts";
import { TestStack } from "./stack.ts";

describeOnLab("pulumi import", (fixture) => {
  const project = mkdtempSync(join(tmpdir(), "pulumi-swarm-import-"));
  afterAll(() => rmSync(project, { recursive: true, force: true }));
  const file = join(project, "Pulumi.yaml");
  const generated = join(project, "generated.yaml");
  let store: TestStack;
  let stack: TestStack;

  const mc = async (...command: string[]) => {
    const { engine } = fixture().host;
    const [member] = await engine.listContainers({ label: ["com.docker.swarm.service.name=minio-main"] });
    const { exitCode, stdout, stderr } = await exec(engine, member?.Id ?? "", ["mc", ...command]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    return stdout;
  };

  /** Imports a resource and adds the generated program to the stack's. */
  const importResource = async (kind: string, name: string, id: string) => {
    const flags = ["--yes", "--skip-preview", "--protect=false", "--non-interactive", "--out", generated];
    const output = await stack.pulumi("import", `swarm:index:${kind}`, name, id, ...flags);
    const program = parse(readFileSync(file, "utf8")) as { resources?: object };
    const { resources } = parse(readFileSync(generated, "utf8")) as { resources: object };
    writeFileSync(file, stringify({ ...program, resources: { ...program.resources, ...resources } }));
    return output;
  };

  const refusal = (kind: string, id: string) =>
    stack.pulumi("import", `swarm:index:${kind}`, "refused", id, "--yes", "--skip-preview", "--non-interactive").then(
      () => "imported",
      ({ message }: Error) => message,
    );

  test("generates a program for a service and a bucket created by hand, and its preview is empty", async () => {
    const { host, images } = fixture();
    store = await fixture().stack({ drives: ONE_DRIVE });
    await store.up();
    await mc("mb", "local/photos");
    await mc("version", "enable", "local/photos");
    await host.engine.createService({
      Name: "web",
      Labels: { team: "web" },
      Mode: { Replicated: { Replicas: 1 } },
      TaskTemplate: {
        ContainerSpec: { Image: images.a, Args: ["server", "/tmp"], Env: ["HOME=/tmp", "PRICE=$" + "{5}"] },
      },
      EndpointSpec: {
        Mode: "vip",
        Ports: [{ Protocol: "tcp", TargetPort: 9000, PublishedPort: 8080, PublishMode: "host" }],
      },
    });
    writeFileSync(
      file,
      stringify({
        name: "imported",
        runtime: "yaml",
        plugins: { providers: [{ name: "swarm", path: join(ROOT, "plugin") }] },
      }),
    );
    await waitFor(
      async () => (await host.engine.listTasks({ service: ["web"] })).some(({ Status }) => Status.State === "running"),
      "the service's task",
    );
    const languageHosts = [await ensureYamlHost(await ensurePulumi())];
    stack = await TestStack.create({ project, languageHosts, env: { DOCKER_HOST: host.socket } });

    expect(await importResource("Service", "web", "web")).toContain(
      "service web: its variables are imported in plain text",
    );
    await importResource("Bucket", "photos", "photos");
    expect((await stack.preview()).steps).toEqual([]);
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });

  test("refuses what cannot be imported, and names the way", async () => {
    expect(await refusal("Service", "minio-main")).toMatch(
      /service minio-main: cannot be imported: it belongs to another state: project pulumi-swarm, .* adopt: true/,
    );
    expect(await refusal("User", "app")).toContain("declare a MinioUser with adopt: true");
    expect(await refusal("Cluster", "x")).toContain("declare a Swarm with adopt: true");
    expect(await refusal("Service", "absent")).toContain("does not exist");
    expect(await refusal("Bucket", "absent")).toContain("does not exist");
    expect(await refusal("Bucket", "other/photos")).toContain("import minio/photos");
  });

  test("takes the engine from swarm:engine, whatever DOCKER_HOST says", async () => {
    await mc("mb", "local/films");
    const { socket } = fixture().host;
    const config = { "swarm:engine": socket };
    const other = await TestStack.create({
      project,
      backendOf: stack,
      name: "other",
      config,
      languageHosts: [await ensureYamlHost(await ensurePulumi())],
      env: { DOCKER_HOST: "unix:///absent.sock" },
    });
    const flags = ["--yes", "--skip-preview", "--non-interactive", "--generate-code=false"];
    await other.pulumi("import", "swarm:index:Bucket", "films", "minio/films", ...flags);
    const [bucket] = other.state().resources.filter(({ type }) => type === "swarm:index:Bucket");
    expect(bucket).toMatchObject({ id: "films", inputs: { bucketName: "films", versioning: false } });
  });

  test("changes an imported service in place, and its destroy leaves the bucket", async () => {
    const program = parse(readFileSync(file, "utf8")) as {
      resources: Record<string, { properties: { spec: { Labels: Record<string, string> } } }>;
    };
    program.resources["web"]!.properties.spec.Labels["team"] = "shop";
    writeFileSync(file, stringify(program));
    const { steps } = await stack.preview();
    expect(steps.map(({ name, diffs }) => [name, diffs])).toEqual([["web", ["rollout.reason", "spec.Labels.team"]]]);
    const before = await fixture().host.engine.inspectService("web");
    await stack.up();
    const after = await fixture().host.engine.inspectService("web");
    expect(after.ID).toBe(before.ID);
    expect(after.Spec).toEqual({ ...before.Spec, Labels: { team: "shop" }, UpdateConfig: after.Spec.UpdateConfig });
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);

    await stack.destroy();
    expect((await fixture().host.engine.listServices()).map(({ Spec }) => Spec.Name)).toEqual(["minio-main"]);
    expect(await mc("ls", "local")).toContain("photos/");
  });
});
