import { expect, test } from "vitest";
import type { Engine } from "../../../../engine/engine.ts";
import type { ServiceInputs } from "../../../../provider/service/service-inputs.ts";
import { findRemovedPeers, removePeers } from "../../../../provider/service/peers.ts";
import { ownerLabels } from "../../../../core/labels.ts";

const OWNER = { id: "this-state", project: "p", stack: "dev", name: "store-2027" };

test.each([
  ["a state of an earlier release", undefined, ["b"], []],
  ["no change", ["a", "b"], ["a", "b"], []],
  ["one added", ["a"], ["a", "b"], []],
  ["one removed", ["a", "b"], ["b"], ["a"]],
])("findRemovedPeers: %s", (_what, before, now, former) => {
  expect(findRemovedPeers({ peers: before }, { peers: now })).toEqual(former);
});

test("removes peers of this state, but none of another state with the same names", async () => {
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
