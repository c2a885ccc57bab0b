import { describe, expect, test, vi } from "vitest";
import { renderStatus } from "../../../commands/status/render.ts";
import { renderTable } from "../../../commands/lib/table.ts";
import { main } from "../../../commands/lib/main.ts";
import { logLine } from "../../../provider/runtime/log-line.ts";
import { ready, pending, waitFor } from "../../../provider/runtime/poll.ts";
import { escapeControlCharacters } from "../../../core/escape-control-characters.ts";
import { print, progress, say } from "../../../toolchain/progress.ts";

/** Clears the screen, hides text, writes the clipboard, uses C1, overwrites the line, and has a workflow command. */
const HOSTILE = "a\x1b[2J\x1b[8m\x1b]52;c;aGk=\x07\x9b31m\rb\n::set-env name=X::y";
const COMMAND = /[\x00-\x08\x0b-\x1f\x7f-\x9f]|^\s*::|##\[/m;

describe("escaping control characters", () => {
  test.each([
    ["plain text with\ttabs\nand lines", "plain text with\ttabs\nand lines"],
    ["Grüße, 你好 → ✓ 🙂", "Grüße, 你好 → ✓ 🙂"],
    ["\x1b[2J", "\\u001b[2J"],
    ["\x1b]52;c;aGk=\x07", "\\u001b]52;c;aGk=\\u0007"],
    ["\u009b31m \x7f \x00 \x08", "\\u009b31m \\u007f \\u0000 \\u0008"],
    ["12%\r100%", "12%\\u000d100%"],
    ["of\r\nWindows", "of\nWindows"],
    ["a\u202egpj.exe\u2066", "a\\u202egpj.exe\\u2066"],
    ["::error::x", "\\u003a:error::x"],
    ["one\n  ::add-mask::x", "one\n  \\u003a:add-mask::x"],
    ["urn:pulumi:dev::p::t::n", "urn:pulumi:dev::p::t::n"],
    ["see ##[error]x, ## [x]", "see #\\u0023[error]x, ## [x]"],
  ])("%j", (text, expected) => {
    expect(escapeControlCharacters(text)).toBe(expected);
    expect(escapeControlCharacters(expected)).toBe(expected);
  });

  test("keeps the value of JSON", () => {
    const value = { a: HOSTILE, "##[k]": ["::x", "\u009b"] };
    const text = escapeControlCharacters(JSON.stringify(value, undefined, 2));
    expect(text).not.toMatch(COMMAND);
    expect(JSON.parse(text)).toEqual(value);
  });
});

describe("control characters are escaped in the output of", () => {
  test("say, print and a failure", async () => {
    const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const err = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const code = process.exitCode;
    try {
      say(HOSTILE);
      print(HOSTILE);
      await main(() => Promise.reject(new Error(HOSTILE)));
      const written = [...out.mock.calls, ...err.mock.calls].map(([text]) => String(text));
      expect(written).toHaveLength(3);
      for (const text of written) expect(text).not.toMatch(COMMAND);
    } finally {
      process.exitCode = code;
      vi.restoreAllMocks();
    }
  });

  test("a progress line", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    const err = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const { isTTY } = process.stderr;
    process.stderr.isTTY = true;
    try {
      await progress(`host ${HOSTILE}`, (reportProgress) => {
        reportProgress(HOSTILE);
        now = 3_000;
        vi.advanceTimersByTime(3_000);
        return Promise.resolve();
      });
      const written = err.mock.calls.map(([text]) => String(text));
      expect(written.length).toBeGreaterThan(1);
      for (const text of written) expect(text.replace("\r\x1b[2K", "")).not.toMatch(COMMAND);
    } finally {
      process.stderr.isTTY = isTTY;
      vi.useRealTimers();
      vi.restoreAllMocks();
    }
  });

  test("a table, with aligned columns, and the report on a stack", () => {
    const lines = renderTable(
      ["host", "state"],
      [
        ["\x1b[2J", "up"],
        ["b", "down"],
      ],
    ).split("\n");
    expect(lines.join("\n")).not.toMatch(COMMAND);
    expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
    const report = renderStatus({
      stack: "dev",
      hosts: [
        {
          ...{ key: "a", hostname: HOSTILE, role: "worker", leader: false, state: HOSTILE },
          ...{ engine: "unix:///x", reachable: true },
        },
      ],
      ...{ services: [], tasks: [], problems: [HOSTILE], store: { writable: true, endpoints: {}, servers: [] } },
    } as unknown as Parameters<typeof renderStatus>[0]);
    expect(report).not.toMatch(COMMAND);
  });
});

describe("control characters are escaped in a provider's output to Pulumi", () => {
  test("progress messages", async () => {
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (now += 3_000));
    const log = vi.spyOn(console, "log").mockReturnValue();
    try {
      logLine(HOSTILE);
      const attempts = [pending(HOSTILE), pending(HOSTILE), ready("up")];
      const options = { subject: "x", timeoutSeconds: 1_000, intervalMs: 0 };
      await waitFor(
        () => Promise.resolve(attempts.shift()!),
        options,
        () => new Error("late"),
      );
      expect(log.mock.calls.length).toBeGreaterThan(1);
      for (const [text] of log.mock.calls) expect(text).not.toMatch(COMMAND);
    } finally {
      vi.restoreAllMocks();
    }
  });
});
