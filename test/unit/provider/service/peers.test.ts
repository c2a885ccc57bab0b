import { expect, test } from "vitest";
import type { Engine } from "../../../../engine/engine.ts";
import type { ServiceInputs } from "../../../../provider/service/service-inputs.ts";
import { findRemovedPeers, removePeers } from "../../../../provider/service/peers.ts";
import { ownerLabels } from "../../../../core/labels.ts";

const OWNER = { id: "this-state", project: "p", stack: "dev", name: "store-2027" };

test.each([
  ["in a state of an earlier release", undefined, ["b"], []],
  ["the same", ["a", "b"], ["a", "b"], []],
  ["one more", ["a"], ["a", "b"], []],
  ["one less", ["a", "b"], ["b"], ["a"]],
])("services that are named no longer: %s", (_what, before, now, former) => {
  expect(findRemovedPeers({ peers: before }, { peers: now })).toEqual(former);
});

test("those of this state are removed, and none of another state with the same names", async () => {
  const removed: string[] = [];
  const service = (ID: string, Name: string, id: string) => ({
    ID,
    Spec: { Name, Labels: ownerLabels({ ...OWNER, id, name: Name }) },
  });
  const services = [
    service("1", "store-2026", "this-state"),
    service("2", "store-2027", "this-state"),
    service("3", "store-2025", "another-state"),
  ];
  const engine: Partial<Record<keyof Engine, unknown>> = {
    listServices: async () => services,
    removeService: async (id: string) => void removed.push(id),
  };
  const inputs = { owner: OWNER } as ServiceInputs;
  await removePeers(engine as unknown as Engine, ["store-2026", "store-2025", "store-2024"], inputs);
  expect(removed).toEqual(["1"]);
});
