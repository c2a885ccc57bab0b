import type { Engine } from "../../engine/engine.ts";
import { changeNode, changeService, changeSwarm, networkNamed, removeService } from "./by-hand.ts";
import type { Scene } from "./scene.ts";

/** One kind of drift: what somebody does, and what Pulumi has to do about it. */
export interface Drift {
  what: string;
  byHand(engine: Engine, scene: Scene): Promise<void>;
  /** The steps of a preview, each with an input that differs where the resource is still there. */
  shownIn: Record<string, string>;
}

const SERVICE = { "update store-main": "spec" };

const ENVIRONMENT: Drift = {
  what: "an environment variable added",
  byHand: (engine) =>
    changeService(engine, ({ TaskTemplate }) => {
      TaskTemplate.ContainerSpec.Env?.push("MINIO_BROWSER=off");
    }),
  shownIn: SERVICE,
};

const NODE_LABELS: Drift = {
  what: "labels of the node changed and removed, the store's among them",
  byHand: (engine) => changeNode(engine, (spec) => void (spec.Labels = { disk: "slow" })),
  shownIn: {
    "update swarm-member-local": "owner",
    "update swarm-settings-local": "labels",
    "update store-member-local": "labels",
  },
};

const SWARM_SETTINGS: Drift = {
  what: "the Swarm's own settings changed",
  byHand: (engine) =>
    changeSwarm(engine, (spec) => {
      spec.Orchestration = { TaskHistoryRetentionLimit: 7 };
      spec.CAConfig = { ...spec.CAConfig, NodeCertExpiry: 7 * 24 * 3600 * 1e9 };
      spec.EncryptionConfig = { AutoLockManagers: true };
      spec.Labels = {};
    }),
  shownIn: { "update swarm-cluster": "autolock" },
};

const SERVICE_REMOVED: Drift = {
  what: "the service removed",
  byHand: removeService,
  shownIn: { "create store-main": "" },
};

/** The resources' own code is called for these, on what the state records: a run of the CLI for each takes minutes. */
export const CHANGED: Drift[] = [
  ENVIRONMENT,
  {
    what: "a label of the service changed",
    byHand: (engine) => changeService(engine, (spec) => void (spec.Labels = { ...spec.Labels, team: "none" })),
    shownIn: SERVICE,
  },
  {
    what: "the image changed",
    byHand: (engine, { images }) =>
      changeService(engine, ({ TaskTemplate }) => void (TaskTemplate.ContainerSpec.Image = images.b)),
    shownIn: SERVICE,
  },
  {
    what: "a placement constraint added, that no node meets",
    byHand: (engine) =>
      changeService(engine, ({ TaskTemplate }) => {
        TaskTemplate.Placement = {
          Constraints: [...(TaskTemplate.Placement?.Constraints ?? []), "node.labels.place==elsewhere"],
        };
      }),
    shownIn: SERVICE,
  },
  {
    what: "the network removed from the service",
    byHand: (engine) => changeService(engine, ({ TaskTemplate }) => void (TaskTemplate.Networks = [])),
    shownIn: SERVICE,
  },
  {
    what: "a published port changed",
    byHand: (engine) =>
      changeService(engine, ({ EndpointSpec }) => {
        for (const port of EndpointSpec?.Ports ?? []) if (port.TargetPort === 9000) port.PublishedPort = 9333;
      }),
    shownIn: SERVICE,
  },
  {
    what: "the memory limit lifted and the arguments changed",
    byHand: (engine) =>
      changeService(engine, ({ TaskTemplate }) => {
        TaskTemplate.Resources = {};
        TaskTemplate.ContainerSpec.Args = [...(TaskTemplate.ContainerSpec.Args ?? []), "--quiet"];
      }),
    shownIn: SERVICE,
  },
  {
    what: "a secret taken from the service",
    byHand: (engine) =>
      changeService(
        engine,
        ({ TaskTemplate: { ContainerSpec } }) => void (ContainerSpec.Secrets = ContainerSpec.Secrets?.slice(1)),
      ),
    shownIn: SERVICE,
  },
  NODE_LABELS,
  {
    what: "the node drained",
    byHand: (engine) => changeNode(engine, (spec) => void (spec.Availability = "drain")),
    shownIn: { "update swarm-settings-local": "availability" },
  },
  SWARM_SETTINGS,
  // The last one: the state goes on recording the id of the service that is gone.
  SERVICE_REMOVED,
];

/** Each round is one preview and one `up` of the CLI. Networks and secrets are resources of the docker provider. */
export const ROUNDS: Record<string, Drift[]> = {
  "what is not needed any more": [
    SERVICE_REMOVED,
    {
      what: "its network removed",
      byHand: (engine) => engine.removeNetwork("network"),
      shownIn: { "create network-network": "" },
    },
    {
      what: "one of its secrets removed",
      byHand: async (engine) => {
        const secret = (await engine.secrets()).find(({ Spec }) => Spec.Name.includes("root-password"));
        await engine.removeSecret(secret?.ID ?? "");
      },
      shownIn: { "create store-root-password": "" },
    },
  ],
  settings: [ENVIRONMENT, NODE_LABELS, SWARM_SETTINGS],
  "a network of the same name": [
    {
      what: "the network made anew, with other settings",
      byHand: async (engine) => {
        const { Labels } = await networkNamed(engine, "network");
        await removeService(engine);
        await engine.removeNetwork("network");
        const body = { Name: "network", Driver: "overlay", Attachable: true, Labels };
        await engine.request("POST", "/networks/create", { body });
      },
      shownIn: { "create network-network": "", "create store-main": "" },
    },
  ],
  "the whole Swarm": [
    {
      what: "the Swarm left by force",
      byHand: (engine) => engine.leaveSwarm(true),
      shownIn: Object.fromEntries(
        [
          "swarm-cluster",
          "swarm-member-local",
          "swarm-settings-local",
          "network-network",
          "store-root-password",
          "store-main",
        ].map((name) => [`create ${name}`, ""]),
      ),
    },
  ],
};
