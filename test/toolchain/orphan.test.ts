import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";

/** What Pulumi's host of dynamic resources does with an error that nothing catches. */
const HANDLER = `process.on("uncaughtException", (error) => console.error(error.stack));`;

test("the provider process ends when the Pulumi that reads what it prints is gone", async () => {
  const script = `${HANDLER} require(${JSON.stringify(join(ROOT, "provider.cjs"))}); setInterval(() => console.log("working"), 50);`;
  const provider = spawn(process.execPath, ["--eval", script], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void provider.kill("SIGKILL"));
  await once(provider.stdout, "data");
  for (const pipe of [provider.stdout, provider.stderr]) pipe.destroy();
  expect(await once(provider, "exit")).toEqual([1, null]);
});
