import { expect, test } from "vitest";
import type { Engine } from "../../components/engine/engine.ts";
import { removeLeftovers } from "../../components/shared/leftovers.ts";

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
    secrets: async () => secrets,
    configs: async () => configs,
    services: async () => [service],
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

test("twins of what is in use go, what another uses and other generations stay", async () => {
  const mine = { name: "gateway-routes", generation: "2" };
  const { engine, removed, container } = engineWith(
    [part("s1", { name: "key" }), part("s2", { name: "key" }), part("s3", { name: "other" })],
    [part("c1", mine), part("c2", { ...mine }), part("c3", { ...mine, generation: "1" })],
    { secrets: ["s1"], configs: ["c1"] },
  );
  await removeLeftovers(engine, container);
  expect(removed).toEqual(["secret s2", "config c2"]);
});

test("nothing is asked of an engine for a service without any", async () => {
  await removeLeftovers({} as Engine, { Image: "i" });
});
