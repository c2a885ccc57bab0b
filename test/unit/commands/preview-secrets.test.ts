import { describe, expect, test } from "vitest";
import { previewComment } from "../../../commands/preview-pr/comment.ts";
import { secretValues } from "../../../commands/preview-pr/secrets.ts";
import { maskSecrets } from "../../../commands/preview-pr/values.ts";
import type { EngineEvent } from "../../../commands/lib/events.ts";
import { comment, component, report, diagnostic, step } from "../preview-events.ts";

const SECRET_VALUE = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "[secret]" };

describe("secrets", () => {
  test("masks values that Pulumi marks, at every depth", () => {
    expect(maskSecrets({ a: SECRET_VALUE, b: [{ c: SECRET_VALUE }] }, [])).toEqual({
      a: "[secret]",
      b: [{ c: "[secret]" }],
    });
  });

  const secret = 'p@ss "word"/+';
  test.each([
    ["in plain text", `KEY=${secret};`, "KEY=[secret];"],
    ["in JSON", JSON.stringify({ key: secret }), '{"key":"[secret]"}'],
    ["in an address", `https://${encodeURIComponent(secret)}@host`, "https://[secret]@host"],
    ["in base64", Buffer.from(secret).toString("base64"), "[secret]"],
    ["in base64 for addresses", Buffer.from(secret).toString("base64url"), "[secret]"],
    ["in hex", Buffer.from(secret).toString("hex"), "[secret]"],
    ["in capital hex", Buffer.from(secret).toString("hex").toUpperCase(), "[secret]"],
  ])("masks a secret of the config %s that a program passed on as plain text", (_how, text, expected) => {
    expect(maskSecrets(text, [secret])).toBe(expected);
  });

  test.each(["", "a", "ab", "admin:", "x-user:", "longer-user:"])(
    "a secret within a text in base64 is masked: after %j",
    (user) => {
      for (const encoding of ["base64", "base64url"] as const) {
        const header = Buffer.from(`${user}quite-a-long-secret?>~:tail`).toString(encoding);
        const hidden = maskSecrets(`Basic ${header}`, ["quite-a-long-secret?>~"]);
        expect(hidden).toMatch(/^Basic [\w+/-]{0,20}\[secret\][\w+/=-]{0,12}$/);
        const left = Buffer.from(hidden.slice(6).replace("[secret]", ""), encoding).toString();
        expect(left).not.toMatch(/quite|secret/);
      }
    },
  );

  const pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\nx==\n-----END PRIVATE KEY-----\n";
  test("masks each line of a multi-line secret, but not its header, footer and shortest lines", () => {
    const lines = pem.split("\n").map((line) => maskSecrets(`  ${line}`, [pem]).trim());
    expect(lines).toEqual([
      "-----BEGIN PRIVATE KEY-----",
      "[secret]",
      "[secret]",
      "x==",
      "-----END PRIVATE KEY-----",
      "",
    ]);
    expect(maskSecrets(`key: ${pem}`, [pem])).toBe("key: [secret]");
    expect(maskSecrets(JSON.stringify({ pem }), [pem])).toBe('{"pem":"[secret]"}');
    expect(maskSecrets(pem.replaceAll("\n", "\r\n"), [pem])).not.toContain("MII");
  });

  test("masks JSON as Go escapes it", () => {
    expect(maskSecrets('{"key":"a\\u003cb\\u0026c\\u003e"}', ["a<b&c>"])).toBe('{"key":"[secret]"}');
  });

  test("masks keys, and masks values before they are shortened", () => {
    const long = "s".repeat(300);
    expect(maskSecrets({ [secret]: 1 }, [secret])).toEqual({ "[secret]": 1 });
    const text = comment(component(), step("update", "a:b:C", "c", { old: {}, new: { x: `x${long}` } }));
    expect(text).toContain("sss");
    const hidden = previewComment([
      report([component(), step("update", "a:b:C", "c", { old: {}, new: { x: `x${long}` } })], { secrets: [long] }),
    ]);
    expect(hidden).toContain("x[secret]");
    expect(hidden).not.toContain("sss");
  });

  test("masks two secrets with a common prefix completely", () => {
    expect(maskSecrets("hunter2-long hunter2", ["hunter2", "hunter2-long"])).toBe("[secret] [secret]");
  });

  test("masks messages, policies and names", () => {
    const events = [diagnostic(`bad ${secret}`, "error"), step("create", "a:b:C", secret, { new: {} })];
    const policy = {
      policyName: "p",
      policyPackName: "x",
      enforcementLevel: "mandatory",
      message: `is ${secret}`,
      resourceUrn: "",
    };
    const made = report([...events, { policyEvent: policy }], { secrets: [secret], succeeded: false });
    expect(JSON.stringify(made)).not.toContain("word");
    expect(previewComment([made])).not.toContain("word");
  });
});

describe("the secret values of a config", () => {
  const secret = (value: string, objectValue?: unknown) => ({ value, objectValue, secret: true });
  const prelude = (config: Record<string, string>): EngineEvent[] => [{ preludeEvent: { config } }];

  test.each<[string, Parameters<typeof secretValues>, string[]]>([
    ["do not include a plain one", [{ a: { value: "x", secret: false } }, []], []],
    ["include a secret one", [{ a: secret("hunter2") }, prelude({ a: "[secret]" })], ["hunter2"]],
    ["are the same without any events", [{ a: secret("hunter2") }, []], ["hunter2"]],
    [
      "include only the secret parts of a structured one",
      [{ a: secret("…", { b: "plain", c: ["x", "deep"] }) }, prelude({ a: '{"b":"plain","c":["x","[secret]"]}' })],
      ["deep"],
    ],
    [
      "include all of a structured one if its secret parts are unknown",
      [{ a: secret("…", { b: "one", c: { d: 2 } }) }, []],
      ["one", "2"],
    ],
    ["include one that looks like a number", [{ a: secret("1234") }, prelude({ a: "[secret]" })], ["1234"]],
  ])("%s", (_what, given, expected) => expect(secretValues(...given)).toEqual(expected));
});
