import { describe, expect, test } from "vitest";
import { ImmutableValuesResource, type ImmutableValuesInputs } from "../../../../provider/state/immutable-values.ts";

const chosen = (value: unknown, reason = "nodes have it"): ImmutableValuesInputs => ({
  values: { plugin: { value, reason } },
});

describe("immutable values", () => {
  test.each<[string, Partial<ImmutableValuesInputs>, ImmutableValuesInputs, string[]]>([
    ["can be anything at first", {}, chosen("flannel"), []],
    ["may stay the same", chosen("flannel"), chosen("flannel", "in other words"), []],
    [
      "cannot change",
      chosen("flannel"),
      chosen("cilium"),
      ['plugin "cilium": cannot change from "flannel": nodes have it'],
    ],
  ])("%s", async (_, olds, news, lines) => {
    const { inputs, failures } = await ImmutableValuesResource.check!(olds, news);
    expect(failures).toEqual(lines.map((reason) => ({ property: "", reason })));
    expect(inputs).toEqual(news);
  });

  test("ignores a change of the reason", async () => {
    expect(await ImmutableValuesResource.diff("id", chosen("flannel"), chosen("flannel", "in other words"))).toEqual({
      changes: false,
    });
    expect(await ImmutableValuesResource.diff("id", chosen(undefined), chosen("flannel"))).toEqual({ changes: true });
  });

  test("reads the recorded state, and cannot be imported", async () => {
    const { id, outs } = await ImmutableValuesResource.create(chosen("flannel"));
    expect(await ImmutableValuesResource.read(id, outs)).toEqual({ id, props: outs });
    await expect(ImmutableValuesResource.read("id")).rejects.toThrow("immutable values id cannot be imported");
    expect(await ImmutableValuesResource.update!(id, outs, chosen("flannel"))).toEqual({ outs: chosen("flannel") });
  });
});
