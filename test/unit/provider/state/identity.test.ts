import { expect, test, vi } from "vitest";
import type { Mount } from "../../../../engine/service-types.ts";
import { Identity } from "../../../../provider/state/identity.ts";
import { addKeptVolumes } from "../../../../provider/state/kept-volumes.ts";

test("the end of a state names the volumes that stay, once", async () => {
  const logged = vi.spyOn(console, "log").mockReturnValue();
  const volume = (Source: string): Mount => ({ Type: "volume", Source, Target: `/${Source}` });
  const mounts = [volume("store-d2"), volume("store-d1"), { ...volume("/mnt/disk"), Type: "bind" as const }];
  for (const Mounts of [mounts, [volume("store-d1")], undefined])
    addKeptVolumes({ TaskTemplate: { ContainerSpec: { Image: "x", Mounts } } });
  await Identity.delete!("4f1c", {});
  await Identity.delete!("4f1c", {});
  expect(logged.mock.calls).toEqual([
    [expect.stringMatching(/^kept on their hosts, with all data: volumes store-d1, store-d2; `docker volume rm`/)],
  ]);
  logged.mockRestore();
});
