import { describe, expect, test } from "vitest";
import type { ServiceDetails } from "../../../../engine/types.ts";
import { findStore } from "../../../../provider/import/imported-store.ts";

function service(name: string, store: string, Env = ["MC_CONFIG_ENV_FILE=/run/secrets/mc"]): ServiceDetails {
  return {
    ID: `id-${name}`,
    Version: { Index: 1 },
    CreatedAt: "",
    UpdatedAt: "",
    Spec: {
      Name: name,
      Mode: { Global: {} },
      TaskTemplate: { ContainerSpec: { Image: "a", Env }, Networks: [{ Target: "network", Aliases: [store] }] },
    },
  };
}

const main = [service("store-main", "store"), service("store-more", "store")];
const store = { serviceName: "store", serviceIds: { main: "id-store-main", more: "id-store-more" } };
const web = service("web", "web", ["HOME=/tmp"]);

const find = (asked: string | undefined, services: ServiceDetails[]) =>
  findStore({ kind: "bucket", name: "photos", requestedStore: asked }, services);

describe("the store of an imported bucket", () => {
  test("is the only one of the Swarm", () => {
    expect(find(undefined, [web, ...main])).toEqual(store);
  });

  test("is the named one", () => {
    expect(find("store", [...main, service("other-main", "other")])).toEqual(store);
  });

  test.each([
    ["of several", undefined, [...main, service("other-main", "other")], "import other/photos or store/photos"],
    ["that is absent", "absent", main, "bucket absent/photos: its store is not known: import store/photos"],
    ["of a Swarm without one", undefined, [web], "bucket photos: its store is not known: the Swarm has no store"],
    ["of a Swarm without one, named", "store", [web], "the Swarm has no store of a MinioService"],
  ])("is refused if it is one %s", (_case, asked, services, message) => {
    expect(() => find(asked, services)).toThrow(message);
  });
});
