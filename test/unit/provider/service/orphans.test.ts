import { expect, test } from "vitest";
import type { Engine } from "../../../../engine/engine.ts";
import type { ServiceDetails } from "../../../../engine/types.ts";
import { GENERATION_LABEL, type Owner, ownerLabels } from "../../../../core/labels.ts";
import { removePreviousOwnersFiles, removeOrphans } from "../../../../provider/service/orphans.ts";

interface Part {
  ID: string;
  Spec: { Name: string; Labels?: Record<string, string> };
}

/** An engine with these secrets and configs, and one service that uses some. */
function engineWith(secrets: Part[], configs: Part[], used: { secrets: string[]; configs: string[] }) {
  const removed: string[] = [];
  const File = { Name: "f", UID: "0", GID: "0", Mode: 0o400 };
  const service = {
    Spec: {
      TaskTemplate: {
        ContainerSpec: {
          Secrets: used.secrets.map((SecretID) => ({ SecretID, SecretName: SecretID, File })),
          Configs: used.configs.map((ConfigID) => ({ ConfigID, ConfigName: ConfigID, File })),
        },
      },
    },
  };
  const engine: Partial<Record<keyof Engine, unknown>> = {
    listSecrets: async () => secrets,
    listConfigs: async () => configs,
    listServices: async () => [service],
    removeSecret: async (id: string) => void removed.push(`secret ${id}`),
    removeConfig: async (id: string) => void removed.push(`config ${id}`),
  };
  return {
    engine: engine as unknown as Engine,
    removed,
    container: { Image: "i", ...service.Spec.TaskTemplate.ContainerSpec },
  };
}

const part = (ID: string, Labels: Record<string, string>): Part => ({ ID, Spec: { Name: ID, Labels } });

const OWNER = { id: "this-state", project: "p", stack: "s", name: "gateway" };
const labels = (generation: string, owner: Partial<Owner> = {}) => ({
  ...ownerLabels({ ...OWNER, ...owner }),
  [GENERATION_LABEL]: generation,
});

test("removes what a killed run orphaned; keeps other names, generations and owners", async () => {
  const { engine, removed, container } = engineWith(
    [
      part("in-use", labels("2")),
      part("left-behind", labels("2")),
      part("renamed-since", labels("2", { project: "before", stack: "before" })),
      part("another-name", labels("2", { name: "other" })),
      part("another-state", labels("2", { id: "another-state" })),
      part("no-labels", {}),
    ],
    [part("config", labels("2")), part("config-left-behind", labels("2")), part("earlier", labels("1"))],
    { secrets: ["in-use"], configs: ["config"] },
  );
  await removeOrphans(engine, container, OWNER);
  expect(removed).toEqual(["secret left-behind", "secret renamed-since", "config config-left-behind"]);
});

test.each<[string, Record<string, string>]>([
  ["without labels", {}],
  ["with labels of a Docker stack", { "com.docker.stack.namespace": "x" }],
  ["without a generation", ownerLabels(OWNER)],
])("keeps unused secrets %s beside a used one with the same labels", async (_, same) => {
  const all = [part("app-key", same), part("db-password", { ...same })];
  const { engine, removed, container } = engineWith(all, [], { secrets: ["app-key"], configs: [] });
  await removeOrphans(engine, container, OWNER);
  expect(removed).toEqual([]);
});

test("keeps the former secret of a changed one if the component's other secrets kept their generation", async () => {
  const all = [
    part("root-user", labels("1", { name: "store-root-user" })),
    part("aliases-https", labels("1-https", { name: "store-mc-host-config" })),
    part("aliases", labels("1", { name: "store-mc-host-config" })),
  ];
  const { engine, removed, container } = engineWith(all, [], { secrets: ["root-user", "aliases-https"], configs: [] });
  await removeOrphans(engine, container, OWNER);
  expect(removed).toEqual([]);
});

test("removes an adopted service's former secrets if its former owner created them and no service uses them", async () => {
  const former = { ...OWNER, id: "lost-state" };
  const all = [part("theirs", labels("1", former)), part("shared", {}), part("other", labels("1", former))];
  const { engine, removed, container } = engineWith(all, [], { secrets: [], configs: [] });
  const Secrets = ["theirs", "shared"].map((SecretID) => ({
    SecretID,
    SecretName: SecretID,
    File: { Name: "f", UID: "0", GID: "0", Mode: 0o400 },
  }));
  const service = { Spec: { Labels: ownerLabels(former), TaskTemplate: { ContainerSpec: { ...container, Secrets } } } };
  await removePreviousOwnersFiles(engine, service as unknown as ServiceDetails, OWNER);
  expect(removed).toEqual(["secret theirs"]);
});

test("sends no request for a service without secrets and configs", async () => {
  await removeOrphans({} as Engine, { Image: "i" }, OWNER);
});
