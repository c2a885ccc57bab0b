import { describe, expect, test } from "vitest";
import { ForLife, type ForLifeInputs } from "../../../../provider/state/immutable-values.ts";

const chosen = (value: unknown, because = "nodes have it"): ForLifeInputs => ({
  frozen: { plugin: { value, because } },
});

describe("what is chosen for life", () => {
  test.each<[string, Partial<ForLifeInputs>, ForLifeInputs, string[]]>([
    ["is free at first", {}, chosen("flannel"), []],
    ["stays", chosen("flannel"), chosen("flannel", "in other words"), []],
    ["does not change", chosen("flannel"), chosen("cilium"), ['plugin "cilium": is "flannel" for life: nodes have it']],
  ])("%s", async (_, olds, news, lines) => {
    const { inputs, failures } = await ForLife.check!(olds, news);
    expect(failures).toEqual(lines.map((reason) => ({ property: "", reason })));
    expect(inputs).toEqual(news);
  });

  test("is no change when it is only explained otherwise", async () => {
    expect(await ForLife.diff("id", chosen("flannel"), chosen("flannel", "in other words"))).toEqual({
      changes: false,
    });
    expect(await ForLife.diff("id", chosen(undefined), chosen("flannel"))).toEqual({ changes: true });
  });

  test("is read as it was recorded, and cannot be imported", async () => {
    const { id, outs } = await ForLife.create(chosen("flannel"));
    expect(await ForLife.read(id, outs)).toEqual({ id, props: outs });
    await expect(ForLife.read("id")).rejects.toThrow("choice id cannot be imported");
    expect(await ForLife.update!(id, outs, chosen("flannel"))).toEqual({ outs: chosen("flannel") });
  });
});
