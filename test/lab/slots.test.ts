import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { listAbandonedSlots, LABS } from "../../lab/slots.ts";

const canUnshare = process.platform === "linux" && process.getuid?.() === 0;

test.runIf(canUnshare)("a lab in another PID namespace is not abandoned while its process runs", async () => {
  const code = [
    `import { claimSlot } from ${JSON.stringify(join(import.meta.dirname, "../../lab/slots.ts"))};`,
    "console.log(claimSlot().number);",
    "setInterval(() => {}, 1000);",
  ].join("\n");
  const node = [process.execPath, "--input-type=module-typescript", "-e", code];
  const child = spawn("unshare", ["--pid", "--fork", "--kill-child", "--mount-proc", ...node], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  try {
    await vi.waitFor(() => expect(output).toMatch(/\d+\n/), { timeout: 15_000, interval: 20 });
    expect(listAbandonedSlots().map(({ number }) => number)).not.toContain(Number(output));
  } finally {
    child.kill("SIGKILL");
    rmSync(join(LABS, output.trim() || "none"), { recursive: true, force: true });
  }
});
