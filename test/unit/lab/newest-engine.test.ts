import { beforeEach, expect, test, vi } from "vitest";
import { ENGINE_VARIABLE, useNewestEngine } from "../../../lab/engines.ts";

const machine = vi.hoisted(() => ({ id: "debian", installed: "20.10.24+dfsg1" }));
vi.mock("../../../lab/tools.ts", () => ({ canUnpackPackages: () => true }));
vi.mock("../../../toolchain/cache.ts", async (original) => ({
  ...(await original<object>()),
  readIfExists: () => `ID=${machine.id}\nVERSION_ID="12"\n`,
}));
vi.mock("../../../toolchain/run.ts", async (original) => ({
  ...(await original<object>()),
  run: () => Promise.resolve(`Docker version ${machine.installed}, build x\n`),
}));

beforeEach(() => {
  Object.assign(machine, { id: "debian", installed: "20.10.24+dfsg1" });
  vi.stubEnv(ENGINE_VARIABLE, "");
  return () => vi.unstubAllEnvs();
});

test("the newest engine is the default of labs", async () => {
  machine.installed = "29.1.0";
  expect(await useNewestEngine()).toBe("labs run Docker Engine 29");
  expect(process.env[ENGINE_VARIABLE]).toBe("29");
});

test("the user's choice stays", async () => {
  vi.stubEnv(ENGINE_VARIABLE, "26.1,20.10");
  expect(await useNewestEngine()).toBe("labs run Docker Engine 26.1, 20.10, set by PULUMI_SWARM_LAB_ENGINE");
  expect(process.env[ENGINE_VARIABLE]).toBe("26.1,20.10");
});

test("where packages cannot be installed, this machine's engine stays, and the line says why", async () => {
  machine.id = "ubuntu";
  expect(await useNewestEngine()).toBe(
    "labs run this machine's Docker Engine 20.10.24+dfsg1: other Docker Engines are packages of Debian, and this is ubuntu",
  );
  expect(process.env[ENGINE_VARIABLE]).toBe("");
});
