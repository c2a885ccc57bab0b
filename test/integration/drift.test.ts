import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../components/engine/engine.ts";
import { changeNode, changeService, changeSwarm, networkNamed, onlyService, removeService, until } from "./by-hand.ts";
import { buckets, someObject } from "./s3.ts";
import { onLab, type Scene } from "./scene.ts";
import type { TestStack } from "./stack.ts";

/** One kind of drift: what somebody does, and the resources in which a preview has to show it. */
interface Drift {
  what: string;
  byHand(engine: Engine, scene: Scene): Promise<void>;
  shownIn: string[];
}

const PROGRAM = join(import.meta.dirname, "programs", "full");

const DRIFTS: Drift[] = [
  {
    what: "an environment variable added",
    byHand: (engine) =>
      changeService(engine, ({ TaskTemplate }) => {
        TaskTemplate.ContainerSpec.Env?.push("MINIO_BROWSER=off");
      }),
    shownIn: ["update store-main"],
  },
  {
    what: "a label of the service changed",
    byHand: (engine) => changeService(engine, (spec) => void (spec.Labels = { ...spec.Labels, team: "none" })),
    shownIn: ["update store-main"],
  },
  {
    what: "the image changed",
    byHand: (engine, { images }) =>
      changeService(engine, ({ TaskTemplate }) => void (TaskTemplate.ContainerSpec.Image = images.b)),
    shownIn: ["update store-main"],
  },
  {
    what: "a placement constraint added, that no node meets",
    byHand: (engine) =>
      changeService(engine, ({ TaskTemplate }) => {
        TaskTemplate.Placement = {
          Constraints: [...(TaskTemplate.Placement?.Constraints ?? []), "node.labels.place==elsewhere"],
        };
      }),
    shownIn: ["update store-main"],
  },
  {
    what: "the network removed from the service",
    byHand: (engine) => changeService(engine, ({ TaskTemplate }) => void (TaskTemplate.Networks = [])),
    shownIn: ["update store-main"],
  },
  {
    what: "a published port changed",
    byHand: (engine) =>
      changeService(engine, ({ EndpointSpec }) => {
        for (const port of EndpointSpec?.Ports ?? []) if (port.TargetPort === 9000) port.PublishedPort = 9333;
      }),
    shownIn: ["update store-main"],
  },
  {
    what: "the memory limit lifted and the arguments changed",
    byHand: (engine) =>
      changeService(engine, ({ TaskTemplate }) => {
        TaskTemplate.Resources = {};
        TaskTemplate.ContainerSpec.Args = [...(TaskTemplate.ContainerSpec.Args ?? []), "--quiet"];
      }),
    shownIn: ["update store-main"],
  },
  {
    what: "a secret taken from the service",
    byHand: (engine) =>
      changeService(
        engine,
        ({ TaskTemplate: { ContainerSpec } }) => void (ContainerSpec.Secrets = ContainerSpec.Secrets?.slice(1)),
      ),
    shownIn: ["update store-main"],
  },
  {
    what: "the service removed",
    byHand: removeService,
    shownIn: ["create store-main"],
  },
  {
    what: "labels of the node changed and removed, the store's among them",
    byHand: (engine) => changeNode(engine, (spec) => void (spec.Labels = { disk: "slow" })),
    shownIn: ["update swarm-member-local", "update swarm-settings-local", "update store-member-local"],
  },
  {
    what: "the node drained",
    byHand: (engine) => changeNode(engine, (spec) => void (spec.Availability = "drain")),
    shownIn: ["update swarm-settings-local"],
  },
  {
    what: "the Swarm's own settings changed",
    byHand: (engine) =>
      changeSwarm(engine, (spec) => {
        spec.Orchestration = { TaskHistoryRetentionLimit: 7 };
        spec.CAConfig = { ...spec.CAConfig, NodeCertExpiry: 7 * 24 * 3600 * 1e9 };
        spec.EncryptionConfig = { AutoLockManagers: true };
        spec.Labels = {};
      }),
    shownIn: ["update swarm-cluster"],
  },
  {
    what: "service and network removed",
    byHand: async (engine) => {
      await removeService(engine);
      await engine.removeNetwork("network");
    },
    shownIn: ["create network-network", "create store-main"],
  },
  {
    what: "service and one of its secrets removed",
    byHand: async (engine) => {
      await removeService(engine);
      const secret = (await engine.secrets()).find(({ Spec }) => Spec.Name.includes("root-password"));
      await engine.removeSecret(secret?.ID ?? "");
    },
    shownIn: ["create store-root-password", "create store-main"],
  },
  {
    what: "the network made anew, with other settings",
    byHand: async (engine) => {
      const { Labels } = await networkNamed(engine, "network");
      await removeService(engine);
      await engine.removeNetwork("network");
      const body = { Name: "network", Driver: "overlay", Attachable: true, Labels };
      await engine.request("POST", "/networks/create", { body });
    },
    shownIn: ["create network-network", "create store-main"],
  },
  {
    what: "the Swarm left by force",
    byHand: (engine) => engine.leaveSwarm(true),
    shownIn: [
      "create swarm-cluster",
      "create swarm-member-local",
      "create swarm-settings-local",
      "create network-network",
      "create store-root-password",
      "create store-main",
    ],
  },
];

onLab("drift: what is changed by hand", (scene) => {
  let stack: TestStack;
  const kept = someObject();
  const bucket = async () => (await buckets(stack, "kept"))["local"]!;

  beforeAll(async () => {
    stack = await scene().stack({}, { project: PROGRAM });
    await stack.up();
    await (await bucket()).create();
    await (await bucket()).put("kept", kept);
  });

  describe.each(DRIFTS)("$what", ({ byHand, shownIn }) => {
    test("is shown by a preview with refresh, and mended by the next up", async () => {
      const { engine } = scene().host;
      const before = await settings(engine);
      await byHand(engine, scene());

      const preview = await stack.preview({ refresh: true });
      expect(preview.steps.map(({ op, name }) => `${op} ${name}`)).toEqual(expect.arrayContaining(shownIn));
      await stack.up({ refresh: true });

      expect(await settings(engine)).toEqual(before);
      expect(kept.equals(await (await bucket()).get("kept"))).toBe(true);
    });
  });

  test("all mended, a preview is clean", async () => {
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });

  test("a store that runs and does not work is shown by a preview with refresh", async () => {
    const { lab } = scene();
    await lab.exec(1, "pkill", "-STOP", "-x", "minio");
    const preview = await stack.preview({ refresh: true });
    expect(preview.steps.map(({ op, name }) => `${op} ${name}`)).toEqual(["update store-main"]);
    expect(preview.output).toMatch(/its task on host local runs, but does not work: no answer to `mc ready local`/);
    await lab.exec(1, "pkill", "-CONT", "-x", "minio");
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });

  test("a task that is killed is Swarm's own to mend: nothing drifts", async () => {
    const { engine } = scene().host;
    const [container] = await engine.containers({ label: ["com.docker.swarm.service.name=store-main"] });
    const serves = async () => {
      const answer = await (await bucket()).get("kept").catch(() => undefined);
      return answer !== undefined;
    };
    await engine.request("POST", `/containers/${container?.Id}/kill`);
    const isBack = async () => {
      const [successor] = await engine.containers({ label: ["com.docker.swarm.service.name=store-main"] });
      return successor !== undefined && successor.Id !== container?.Id && (await serves());
    };
    await until(isBack, "another container");
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    expect(kept.equals(await (await bucket()).get("kept"))).toBe(true);
  });
});

/** All that can drift, without the ids that change when something is made anew. */
async function settings(engine: Engine) {
  const { Spec } = await onlyService(engine);
  const { Networks = [], ContainerSpec, ForceUpdate: _count, ...task } = Spec.TaskTemplate;
  const { Secrets = [], ...container } = ContainerSpec;
  const [node] = await engine.nodes();
  const swarm = await engine.swarm();
  const { Options, Attachable, Internal, IPAM, Labels } = await networkNamed(engine, "network");
  const { "com.docker.network.driver.overlay.vxlanid_list": _vxlan, ...options } = Options ?? {};
  const { "pulumi-swarm.swarm": _swarm, ...labels } = Labels ?? {};
  return {
    service: {
      name: Spec.Name,
      labels: Spec.Labels,
      mode: Spec.Mode,
      endpoint: Spec.EndpointSpec,
      task,
      container,
      secrets: Secrets.map(({ File }) => File.Name),
      networks: Networks.length,
    },
    node: node?.Spec,
    swarm: swarm.Spec,
    network: { options, Attachable, Internal, IPAM, labels },
    secrets: (await engine.secrets()).length,
  };
}
