import type { Engine } from "../../engine/engine.ts";
import { changeNode, changeService, changeSwarm, getNetwork, removeService } from "./manual-changes.ts";
import type { LabFixture } from "./lab-fixture.ts";

/** One kind of drift: a manual change, and the operations with which Pulumi reverts it. */
export interface ManualChange {
  what: string;
  apply(engine: Engine, fixture: LabFixture): Promise<void>;
  /** The operations of a preview; an update with one of the inputs that differ. */
  expectedSteps: Record<string, string>;
}

const SERVICE = { "update store-main": "spec" };

const ENVIRONMENT: ManualChange = {
  what: "an environment variable added",
  apply: (engine) =>
    changeService(engine, ({ TaskTemplate }) => {
      TaskTemplate.ContainerSpec.Env?.push("MINIO_BROWSER=off");
    }),
  expectedSteps: SERVICE,
};

const NODE_LABELS: ManualChange = {
  what: "labels of the node changed and removed, including the store's",
  apply: (engine) => changeNode(engine, (spec) => void (spec.Labels = { disk: "slow" })),
  expectedSteps: {
    "update swarm-member-local": "labels",
    "update store-member-local": "labels",
  },
};

const SWARM_SETTINGS: ManualChange = {
  what: "the Swarm's settings changed",
  apply: (engine) =>
    changeSwarm(engine, (spec) => {
      spec.Orchestration = { TaskHistoryRetentionLimit: 7 };
      spec.CAConfig = { ...spec.CAConfig, NodeCertExpiry: 7 * 24 * 3600 * 1e9 };
      spec.EncryptionConfig = { AutoLockManagers: true };
      spec.Labels = {};
    }),
  expectedSteps: { "update swarm-cluster": "autolock" },
};

const SERVICE_REMOVED: ManualChange = {
  what: "the service removed",
  apply: removeService,
  expectedSteps: { "create store-main": "" },
};

/** Tested by calling the handlers on the recorded state: running the CLI for each would take minutes. */
export const SINGLE_CHANGES: ManualChange[] = [
  ENVIRONMENT,
  {
    what: "a label of the service changed",
    apply: (engine) => changeService(engine, (spec) => void (spec.Labels = { ...spec.Labels, team: "none" })),
    expectedSteps: SERVICE,
  },
  {
    what: "the image changed",
    apply: (engine, { images }) =>
      changeService(engine, ({ TaskTemplate }) => void (TaskTemplate.ContainerSpec.Image = images.b)),
    expectedSteps: SERVICE,
  },
  {
    what: "a placement constraint added that no node meets",
    apply: (engine) =>
      changeService(engine, ({ TaskTemplate }) => {
        TaskTemplate.Placement = {
          Constraints: [...(TaskTemplate.Placement?.Constraints ?? []), "node.labels.place==elsewhere"],
        };
      }),
    expectedSteps: SERVICE,
  },
  {
    what: "the network removed from the service",
    apply: (engine) => changeService(engine, ({ TaskTemplate }) => void (TaskTemplate.Networks = [])),
    expectedSteps: SERVICE,
  },
  {
    what: "a published port changed",
    apply: (engine) =>
      changeService(engine, ({ EndpointSpec }) => {
        for (const port of EndpointSpec?.Ports ?? []) if (port.TargetPort === 9000) port.PublishedPort = 9333;
      }),
    expectedSteps: SERVICE,
  },
  {
    what: "the memory limit removed and the arguments changed",
    apply: (engine) =>
      changeService(engine, ({ TaskTemplate }) => {
        TaskTemplate.Resources = {};
        TaskTemplate.ContainerSpec.Args = [...(TaskTemplate.ContainerSpec.Args ?? []), "--quiet"];
      }),
    expectedSteps: SERVICE,
  },
  {
    what: "a secret removed from the service",
    apply: (engine) =>
      changeService(
        engine,
        ({ TaskTemplate: { ContainerSpec } }) => void (ContainerSpec.Secrets = ContainerSpec.Secrets?.slice(1)),
      ),
    expectedSteps: SERVICE,
  },
  NODE_LABELS,
  {
    what: "the node drained",
    apply: (engine) => changeNode(engine, (spec) => void (spec.Availability = "drain")),
    expectedSteps: { "update swarm-member-local": "availability" },
  },
  SWARM_SETTINGS,
  // Last, because the recorded id is that of the removed service from here on.
  SERVICE_REMOVED,
];

/** Each round is one preview and one `up` with the CLI. Networks and secrets are resources of the docker provider. */
export const CHANGES_BY_ROUND: Record<string, ManualChange[]> = {
  "removed objects": [
    SERVICE_REMOVED,
    {
      what: "its network removed",
      apply: (engine) => engine.removeNetwork("network"),
      expectedSteps: { "create network-network": "" },
    },
    {
      what: "one of its secrets removed",
      apply: async (engine) => {
        const secret = (await engine.listSecrets()).find(({ Spec }) => Spec.Name.includes("root-password"));
        await engine.removeSecret(secret?.ID ?? "");
      },
      expectedSteps: { "create store-root-password": "" },
    },
  ],
  "changed settings": [ENVIRONMENT, NODE_LABELS, SWARM_SETTINGS],
  "a recreated network": [
    {
      what: "the network recreated with other settings",
      apply: async (engine) => {
        const { Labels } = await getNetwork(engine, "network");
        await removeService(engine);
        await engine.removeNetwork("network");
        const body = { Name: "network", Driver: "overlay", Attachable: true, Labels };
        await engine.request("POST", "/networks/create", { body });
      },
      expectedSteps: { "create network-network": "", "create store-main": "" },
    },
  ],
  "a lost Swarm": [
    {
      what: "the Swarm left with --force",
      apply: (engine) => engine.leaveSwarm(true),
      expectedSteps: Object.fromEntries(
        ["swarm-cluster", "swarm-member-local", "network-network", "store-root-password", "store-main"].map((name) => [
          `create ${name}`,
          "",
        ]),
      ),
    },
  ],
};
