import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { isAlive } from "../../toolchain/lock.mjs";

const PROVIDER = `require(${JSON.stringify(join(ROOT, "provider.cjs"))});`;

/** What Pulumi's host of dynamic resources does with an error that nothing catches. */
const HANDLER = `process.on("uncaughtException", (error) => console.error(error.stack));`;

test("the provider process ends when the Pulumi that started it is gone", async () => {
  const script = `${PROVIDER} console.log(process.pid); setInterval(() => {}, 50);`;
  const command = ["-c", '"$0" --eval "$1" & wait', process.execPath, script];
  const pulumi = spawn("sh", command, { stdio: ["ignore", "pipe", "ignore"] });
  const [printed] = (await once(pulumi.stdout, "data")) as [Buffer];
  const pid = Number(printed.toString());
  onTestFinished(() => void (isAlive(pid) && process.kill(pid, "SIGKILL")));
  pulumi.kill("SIGKILL");
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
});

test("the provider process ends when nothing reads what it prints", async () => {
  const script = `${HANDLER} ${PROVIDER} setInterval(() => console.log("working"), 50);`;
  const provider = spawn(process.execPath, ["--eval", script], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void provider.kill("SIGKILL"));
  await once(provider.stdout, "data");
  for (const pipe of [provider.stdout, provider.stderr]) pipe.destroy();
  expect(await once(provider, "exit")).toEqual([1, null]);
});
