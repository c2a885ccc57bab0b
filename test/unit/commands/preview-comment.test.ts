import { describe, expect, test } from "vitest";
import { MAX_COMMENT, MARKER, previewComment } from "../../../commands/preview-pr/comment.ts";
import type { Operation } from "../../../commands/preview-pr/planned.ts";
import type { EngineEvent } from "../../../commands/lib/events.ts";
import { comment, component, report, diagnostic, STACK, step, summary, update, URN } from "../preview-events.ts";

describe("the comment", () => {
  test("begins with the marker that identifies it", () => {
    expect(comment().startsWith(`${MARKER}\n`)).toBe(true);
    expect(comment()).toContain("Nothing changes.");
    expect(comment(component(), diagnostic("clock off", "warning"))).toMatch(/Nothing changes\.[^]*clock off/);
    expect(comment(component(), update("in-place"))).not.toContain("Nothing changes.");
  });

  test("lists data loss first, then outages, then the rest", () => {
    const text = comment(
      component(),
      update("all-at-once", [["MINIO_A=1"], ["MINIO_A=2"]]),
      step("delete", "docker:index/volume:Volume", "data", { old: {} }),
      summary({ update: 1, delete: 1, same: 12 }),
    );
    const at = (part: string | RegExp) => text.search(part);
    expect(
      at(
        /> \[!CAUTION\]\n> - \*\*Data loss\*\*\n> - `data` \(docker:Volume, delete\): the volume and its contents are deleted/,
      ),
    ).toBeGreaterThan(0);
    expect(
      at(/> \[!WARNING\]\n> - \*\*Outage\*\*\n> - `minio-main` \(swarm:Service, update\): .*at once, a short outage/),
    ).toBeGreaterThan(at("CAUTION"));
    expect(at("<summary><b>MinioService minio</b>: 1 to update, 1 to delete</summary>")).toBeGreaterThan(at("WARNING"));
    expect(text).toContain("| `prod` | 0 | 1 | 0 | 1 | 12 | **data loss** |");
    expect(text).toContain("`spec.TaskTemplate.ContainerSpec.Env`: `MINIO_A=1` → `MINIO_A=2`");
  });

  test("contains all environments, each with a row in the table at the top", () => {
    const text = previewComment([report([], { stack: "prod" }), report([update("one-by-one")], { stack: "test" })]);
    expect(text).toMatch(
      /## Preview of 2 environments[^]*\| `prod` \|[^]*\| `test` \|.*one by one[^]*### `prod`[^]*### `test`/,
    );
    expect(text.split(MARKER)).toHaveLength(2);
  });

  test("says that a preview failed, and why", () => {
    const text = previewComment([report([diagnostic("error: hosts: 2 managers\n", "error")], { succeeded: false })]);
    expect(text).toContain("**the preview failed**");
    expect(text).toContain("```text\nerror: hosts: 2 managers\n```");
    expect(text).not.toContain("Nothing changes");
  });

  test("lists violations of policies: mandatory ones in red, before outages", () => {
    const policy = (enforcementLevel: string): EngineEvent => ({
      policyEvent: {
        policyName: "image-by-digest",
        policyPackName: "x",
        enforcementLevel,
        message: "no digest",
        resourceUrn: `${URN}a:b:C::c`,
      },
    });
    const text = comment(component(), update("all-at-once"), policy("mandatory"));
    expect(text).toContain(
      "> [!CAUTION]\n> - **Policies**\n> - policy `image-by-digest` (mandatory) on `c`: no digest",
    );
    expect(text.indexOf("Policies")).toBeLessThan(text.indexOf("**Outage**"));
    expect(comment(policy("advisory"))).toContain("> [!WARNING]\n> - **Policies**");
  });

  test.each<[string, string]>([
    ["a mention", "@octocat"],
    ["a reference", "#1"],
    ["markup", "<img src=x onerror=y>"],
    ["the end of a comment", "--> text <!--"],
    ["a fence", "```\n## heading"],
    ["a link", "[click](https://example.org)"],
    ["bold", "**bold**"],
    ["the end of a table cell", "a | b"],
    ["the end of a collapsed section", "</details>"],
  ])("renders %s in a name, a value or a message as plain text", (_what, text) => {
    const out = comment(
      component(),
      step("update", "a:b:C", text, { old: { [text]: text }, new: { [text]: `${text}!` } }),
      step("delete", `a:b:${text}`, text, { old: {} }),
      diagnostic(text, "warning"),
    );
    // GitHub must not see any of it outside of code.
    const outside = out.replace(/^(`{3,})text\n[^]*?^\1$/gm, "").replace(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, "");
    expect(outside).not.toMatch(
      /@octocat|(?<![\\&])#1|<img|<!--(?! pulumi-swarm:preview -->)|\n## heading|(?<!\\)\]\(https|(?<!\\)\*\*bold|<\/details>(?!\n)/,
    );
    for (const row of out.split("\n").filter((line) => line.startsWith("| update"))) {
      expect(row.replaceAll("\\|", "").split("|")).toHaveLength(6);
    }
  });
});

describe("a component's name", () => {
  const name = "x\n\n# FAKE\n\n![p](https://evil.example/pixel) @org/everyone </summary>";
  const urn = `${URN}swarm:index:MinioService::${name}`;
  const events = (count: number) => [
    step("same", "swarm:index:MinioService", name, { new: {} }, STACK),
    ...Array.from({ length: count }, (_, at) => step("create", "a:b:C", `c-${at}`, { new: {} }, urn)),
  ];

  test.each([
    ["in a summary", 1],
    ["in a list", 5_000],
  ])("%s contains no heading, picture or mention", (_where, count) => {
    const text = comment(...events(count));
    const [line = ""] = text.split("\n").filter((one) => one.includes("FAKE"));
    expect(line).toContain(`${count} to create`);
    expect(line).not.toMatch(/@org|https:\/\/|<\/summary>.*<\/summary>/);
    if (count > 1) expect(line).not.toMatch(/(?<!\\)\[p/);
  });
});

describe("the limit", () => {
  const many = (count: number, size: number): EngineEvent[] =>
    Array.from({ length: count }, (_, at) =>
      step("update", "a:b:C", `resource-${at}`, {
        old: { property: "o".repeat(size) },
        new: { property: "n".repeat(size) },
      }),
    );

  test.each<[string, EngineEvent[], RegExp[], RegExp | undefined]>([
    ["a short comment is complete", many(10, 10), [/`property`: `oooooooooo` → `nnnnnnnnnn`/], undefined],
    [
      "first it omits the values",
      many(400, 100),
      [/`resource-399` \| a:b:C \| `property` \|/],
      /without the values of properties\./,
    ],
    ["then the properties", many(1350, 10), [/`resource-1349` \| a:b:C \|  \|/], /without properties\./],
    [
      "then the resources",
      many(5000, 10),
      [/- <b>MinioService minio<\/b>: 5001 to update/],
      /without individual resources and messages\./,
    ],
  ])("%s", (_what, events, shown, note) => {
    const text = comment(component(), update("all-at-once"), ...events);
    expect(text.length).toBeLessThanOrEqual(MAX_COMMENT);
    for (const part of shown) expect(text).toMatch(part);
    if (note) expect(text).toMatch(note);
    else expect(text).not.toContain("Shortened");
    expect(text).toContain("a short outage");
  });

  test("cuts the impacts last, and says how many more there are", () => {
    const gone = Array.from({ length: 2000 }, (_, at) =>
      step("delete", "docker:index/volume:Volume", `data-${at}`, { old: {} }),
    );
    const text = comment(component(), ...gone);
    expect(text.length).toBeLessThanOrEqual(MAX_COMMENT);
    expect(text).toContain("`data-99`");
    expect(text).toContain("> - … and 1900 more");
    expect(text).toMatch(/all but the first 100 of each list of warnings/);
  });

  test("always produces a comment, which says that it was cut", () => {
    const reports = Array.from({ length: 900 }, (_, at) => report([update("all-at-once")], { stack: `stack-${at}` }));
    const text = previewComment(reports);
    expect(text.length).toBeLessThanOrEqual(MAX_COMMENT);
    expect(text.startsWith(MARKER)).toBe(true);
    expect(text.trimEnd().endsWith("**Truncated: a comment cannot hold more. The job's log has the rest.**")).toBe(
      true,
    );
  });
});

const OPERATIONS: Operation[] = ["create", "update", "replace", "delete", "import"];
test.each(OPERATIONS)("has a row for a resource to %s", (operation) => {
  const states = { old: { a: 1 }, new: { a: 2 } };
  expect(comment(component(), step(operation, "a:b:C", "c", states))).toContain(`| ${operation} | \`c\` |`);
});
