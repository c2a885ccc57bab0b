import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListObjectsV2Command, S3ServiceException } from "@aws-sdk/client-s3";
import { parse, stringify } from "yaml";
import { afterAll, expect, test } from "vitest";
import { exec } from "../../engine/exec.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { ensureYamlHost } from "../../toolchain/languages.ts";
import { ensurePulumi } from "../../toolchain/pulumi.ts";
import { describeOnLab, ONE_DRIVE } from "./lab-fixture.ts";
import { changeSwarm, getNetwork, waitFor } from "./manual-changes.ts";
import { createS3Client } from "./s3-client.ts";
import { TestStack, type TestStackOptions } from "./stack.ts";

/** The parts of the generated program that the tests change. */
interface Program {
  resources: {
    swarm: { properties: { taskHistoryLimit: number } };
    back: { properties: { spec: { Internal?: boolean } } };
    photos: { properties: { lifecycle: Record<string, object>; quotaMiB: number } };
    web: { properties: { spec: { Labels: Record<string, string> } } };
    app: { properties: { policies: string[]; enabled: boolean; secretKey?: unknown } };
  };
}

const NO_CODE = "--generate-code=false";
const SECRET_KEY = "key-of-the-application";
const NEXT_KEY = "next-key-of-the-application";

describeOnLab(
  "pulumi import",
  (fixture) => {
    const project = mkdtempSync(join(tmpdir(), "pulumi-swarm-import-"));
    afterAll(() => rmSync(project, { recursive: true, force: true }));
    const file = join(project, "Pulumi.yaml");
    const generated = join(project, "generated.yaml");
    let store: TestStack;
    let stack: TestStack;
    let swarmId: string;

    const mc = async (...command: string[]) => {
      const { engine } = fixture().host;
      const [member] = await engine.listContainers({ label: ["com.docker.swarm.service.name=minio-main"] });
      const { exitCode, stdout, stderr } = await exec(engine, member?.Id ?? "", ["mc", ...command]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      return stdout;
    };
    /** Returns whether the store accepts this secret key of the user. */
    const accepts = async (key: string) => {
      const access = { endpoints: [`http://${fixture().host.address}:9000`], user: "app", password: key };
      const answer = createS3Client(access, 10_000, 1).send(new ListObjectsV2Command({ Bucket: "photos" }));
      return answer.then(
        () => true,
        (error: unknown) => {
          expect(error).toBeInstanceOf(S3ServiceException);
          return false;
        },
      );
    };

    const readProgram = () => parse(readFileSync(file, "utf8")) as Program;
    const changeProgram = (change: (resources: Program["resources"]) => void) => {
      const program = readProgram();
      change(program.resources);
      writeFileSync(file, stringify(program));
    };
    const changes = async () => (await stack.preview()).steps.map(({ name, op, diffs }) => [name, op, diffs]);

    /** Imports a resource and adds the generated program to the stack's. */
    const importResource = async (kind: string, name: string, id: string) => {
      const flags = ["--yes", "--skip-preview", "--protect=false", "--non-interactive", "--out", generated];
      const output = await stack.pulumi("import", `swarm:index:${kind}`, name, id, ...flags);
      const program = parse(readFileSync(file, "utf8")) as { resources?: object };
      const { resources } = parse(readFileSync(generated, "utf8")) as { resources: object };
      writeFileSync(file, stringify({ ...program, resources: { ...program.resources, ...resources } }));
      return output;
    };

    const tryImport = (from: TestStack, kind: string, id: string) =>
      from
        .pulumi("import", `swarm:index:${kind}`, "tried", id, "--yes", "--skip-preview", "--non-interactive", NO_CODE)
        .then(
          () => "imported",
          ({ message }: Error) => message,
        );

    /** Returns another stack of the same program, in the same backend. */
    const otherStack = async (name: string, options: TestStackOptions) => {
      const languageHosts = [await ensureYamlHost(await ensurePulumi())];
      return TestStack.create({ project, backendOf: stack, name, languageHosts, ...options });
    };

    test("generates a program for objects created by hand, and its preview is empty", async () => {
      const { host, images } = fixture();
      await host.engine.initSwarm({
        ListenAddr: `${host.address}:2377`,
        AdvertiseAddr: host.address,
        Spec: { EncryptionConfig: { AutoLockManagers: true } },
      });
      swarmId = (await host.engine.inspectSwarm()).ID;
      await host.engine.createNetwork({
        ...{ Name: "back", CheckDuplicate: true, Driver: "overlay", Attachable: true },
        ...{ Options: { encrypted: "" }, Labels: { team: "web" } },
      });
      store = await fixture().stack({ adopt: true, drives: ONE_DRIVE });
      await store.up();
      await mc("mb", "local/photos");
      await mc("version", "enable", "local/photos");
      await mc("ilm", "rule", "add", "--prefix", "tmp/", "--expire-days", "7", "local/photos");
      await mc("quota", "set", "--size", "1GB", "local/photos");
      await mc("admin", "user", "add", "local", "app", SECRET_KEY);
      await mc("admin", "policy", "attach", "local", "readwrite", "--user", "app");
      await mc("admin", "policy", "attach", "local", "diagnostics", "--user", "app");
      await host.engine.createService({
        Name: "web",
        Labels: { team: "web" },
        Mode: { Replicated: { Replicas: 1 } },
        TaskTemplate: {
          ContainerSpec: { Image: images.a, Args: ["server", "/tmp"], Env: ["HOME=/tmp", "PRICE=$" + "{5}"] },
          Networks: [{ Target: (await getNetwork(host.engine, "back")).Id }],
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
        async () =>
          (await host.engine.listTasks({ service: ["web"] })).some(({ Status }) => Status.State === "running"),
        "the service's task",
      );
      const languageHosts = [await ensureYamlHost(await ensurePulumi())];
      stack = await TestStack.create({ project, languageHosts, env: { DOCKER_HOST: host.socket } });

      await importResource("Cluster", "swarm", swarmId);
      await importResource("Network", "back", "back");
      expect(await importResource("Service", "web", "web")).toContain(
        "service web: its variables are imported in plain text",
      );
      await importResource("Bucket", "photos", "photos");
      await importResource("User", "app", "app");
      const { lifecycle, quotaMiB } = readProgram().resources.photos.properties;
      expect(Object.values(lifecycle)).toEqual([{ prefix: "tmp/", expirationDays: 7 }]);
      expect(quotaMiB * 2 ** 20).toBe(1e9);
      expect(await accepts(SECRET_KEY)).toBe(true);
      expect((await stack.preview()).steps).toEqual([]);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    });

    test("writes no secret into the program, and only encrypted ones into the state", async () => {
      const { engine } = fixture().host;
      const { Worker, Manager } = (await engine.inspectSwarm()).JoinTokens;
      const secrets = { joinTokens: { worker: Worker, manager: Manager }, unlockKey: await engine.getUnlockKey() };
      expect(secrets.unlockKey).toMatch(/^SWMKEY-/);
      const recorded = await stack.recorded();
      expect(recorded.find(({ type }) => type === "swarm:index:Cluster")?.outputs).toMatchObject(secrets);
      for (const text of [readFileSync(file, "utf8"), JSON.stringify(stack.state())]) {
        expect(text).toContain(swarmId);
        expect(text).not.toMatch(/SWMTKN|SWMKEY/);
        expect(text).not.toContain(SECRET_KEY);
      }
    });

    test("refuses what cannot be imported, and names the way", async () => {
      expect(await tryImport(stack, "Service", "minio-main")).toMatch(
        /service minio-main: cannot be imported: it belongs to another state: project pulumi-swarm, .* adopt: true/,
      );
      expect(await tryImport(stack, "Network", "minio-overlay-network")).toMatch(
        /network minio-overlay-network: cannot be imported: it belongs to another state: project pulumi-swarm, .* adopt: true/,
      );
      expect(await tryImport(stack, "Network", "ingress")).toContain("Docker itself creates it in every Swarm");
      expect(await tryImport(stack, "Cluster", "x")).toContain(`manages the Swarm ${swarmId}: import that id`);
      expect(await tryImport(stack, "Swarm", "x")).toContain("is a component: import swarm:index:Cluster instead");
      expect(await tryImport(stack, "Service", "absent")).toContain("does not exist");
      expect(await tryImport(stack, "Network", "absent")).toContain("does not exist");
      expect(await tryImport(stack, "User", "absent")).toContain("does not exist");
      expect(await tryImport(stack, "Bucket", "absent")).toContain("does not exist");
      expect(await tryImport(stack, "Bucket", "other/photos")).toContain("import minio/photos");
      expect(await tryImport(stack, "User", "other/app")).toContain("import minio/app");
    });

    test("refuses an engine that is in no Swarm, and a worker", async () => {
      const [manager, worker] = [fixture().host, fixture().lab.host(2)];
      const there = await otherStack("there", { env: { DOCKER_HOST: worker.socket } });
      expect(await tryImport(there, "Cluster", swarmId)).toMatch(
        /engine .*: is not a manager of a Swarm: set DOCKER_HOST/,
      );
      const { Worker } = (await manager.engine.inspectSwarm()).JoinTokens;
      const address = { AdvertiseAddr: worker.address, ListenAddr: `${worker.address}:2377` };
      await worker.engine.joinSwarm({ ...address, RemoteAddrs: [`${manager.address}:2377`], JoinToken: Worker });
      expect(await tryImport(there, "Network", "back")).toMatch(
        /engine .*: is not a manager of a Swarm: set DOCKER_HOST/,
      );
    });

    test("takes the engine from swarm:engine, whatever DOCKER_HOST says", async () => {
      await mc("mb", "local/films");
      await mc("ilm", "rule", "add", "--tags", "kind=draft", "--expire-days", "7", "local/films");
      const config = { "swarm:engine": fixture().host.socket };
      const other = await otherStack("other", { config, env: { DOCKER_HOST: "unix:///absent.sock" } });
      expect(await tryImport(other, "Bucket", "minio/films")).toBe("imported");
      const [bucket] = other.state().resources.filter(({ type }) => type === "swarm:index:Bucket");
      expect(bucket).toMatchObject({ id: "films", inputs: { bucketName: "films", versioning: false } });
      expect(bucket?.inputs).not.toHaveProperty("lifecycle");
    });

    test("protects an imported Swarm, and its end keeps the Swarm", async () => {
      const careful = await otherStack("careful", { env: { DOCKER_HOST: fixture().host.socket } });
      expect(await tryImport(careful, "Cluster", swarmId)).toBe("imported");
      expect((await careful.expectFailure("destroy")).output).toMatch(/protected/);
      await careful.pulumi("state", "unprotect", "--all", "--yes");
      await careful.destroy();
      expect(careful.state().resources.map(({ type }) => type)).not.toContain("swarm:index:Cluster");
      expect((await fixture().host.engine.inspectSwarm()).ID).toBe(swarmId);
    });

    test("changes a Swarm, a service and a user in place", async () => {
      const { engine } = fixture().host;
      const [swarm, service] = [await engine.inspectSwarm(), await engine.inspectService("web")];
      changeProgram(({ swarm, web, app }) => {
        swarm.properties.taskHistoryLimit = 2;
        web.properties.spec.Labels["team"] = "shop";
        app.properties.policies = ["readwrite"];
      });
      expect((await changes()).toSorted()).toEqual([
        ["app", "update", ["policies[0]", "policies[1]"]],
        ["swarm", "update", ["taskHistoryLimit"]],
        ["web", "update", ["rollout.reason", "spec.Labels.team"]],
      ]);
      await stack.up();
      const after = await engine.inspectService("web");
      expect(after.ID).toBe(service.ID);
      expect(after.Spec).toEqual({ ...service.Spec, Labels: { team: "shop" }, UpdateConfig: after.Spec.UpdateConfig });
      const { Orchestration, ...rest } = (await engine.inspectSwarm()).Spec;
      expect({ ...rest, Orchestration }).toEqual({
        ...swarm.Spec,
        Orchestration: { ...swarm.Spec.Orchestration, TaskHistoryRetentionLimit: 2 },
      });
      expect(await mc("admin", "user", "info", "local", "app", "--json")).toContain('"policyName":"readwrite"');
      expect(await accepts(SECRET_KEY)).toBe(true);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    });

    test("sets a user's secret key once one is given, and keeps it secret", async () => {
      changeProgram(({ app }) => void (app.properties.secretKey = NEXT_KEY));
      expect(await changes()).toEqual([["app", "update", ["secretKey"]]]);
      await stack.up();
      expect([await accepts(SECRET_KEY), await accepts(NEXT_KEY)]).toEqual([false, true]);
      expect(JSON.stringify(stack.state())).not.toContain(NEXT_KEY);
      changeProgram(({ app }) => void (app.properties.enabled = false));
      await stack.up();
      expect(await accepts(NEXT_KEY)).toBe(false);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    });

    test("shows drift, and a change of a network as its replacement", async () => {
      const { engine } = fixture().host;
      await changeSwarm(engine, ({ Orchestration = {} }) => void (Orchestration.TaskHistoryRetentionLimit = 7));
      const { steps } = await stack.preview({ refresh: true });
      expect(steps.map(({ name, op }) => [name, op])).toContainEqual(["swarm", "update"]);
      changeProgram(({ back }) => void (back.properties.spec.Internal = true));
      expect((await changes()).flat()).toContain("replace");
      changeProgram(({ back }) => void delete back.properties.spec.Internal);
    });

    test("its destroy keeps the Swarm and the bucket, and removes the rest", async () => {
      const { engine } = fixture().host;
      await stack.destroy();
      expect((await engine.listServices()).map(({ Spec }) => Spec.Name)).toEqual(["minio-main"]);
      expect((await engine.listNetworks()).map(({ Name }) => Name)).not.toContain("back");
      expect((await engine.inspectSwarm()).ID).toBe(swarmId);
      expect(await mc("ls", "local")).toContain("photos/");
      expect(await mc("admin", "user", "ls", "local")).not.toContain("app");
      expect(await mc("admin", "policy", "info", "local", "readwrite")).toContain("readwrite");
    });
  },
  { hosts: 2 },
);
