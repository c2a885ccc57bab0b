import { expect, test, vi } from "vitest";
import { Identity } from "../../../../provider/state/identity.ts";

test("the end of a state says which drives stay", async () => {
  const logged = vi.spyOn(console, "log").mockReturnValue();
  await Identity.delete!("4f1c", { identity: "4f1c" });
  expect(logged.mock.calls).toEqual([
    [expect.stringMatching(/drives .* stay, with all data: .*--filter label=pulumi-swarm\.owner=4f1c`/)],
  ]);
  logged.mockRestore();
});
