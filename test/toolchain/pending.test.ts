import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeWorkingConfig } from "../../commands/lib/config.ts";
import { clearPendingCreates } from "../../commands/lib/pending.ts";
import { ensureToolchain, openSession, readPulumiOutput, type Session } from "../../commands/lib/pulumi.ts";
import { openState, stackFile } from "../../commands/lib/state.ts";

let project: string;
let session: Session;

beforeEach(async () => {
  project = mkdtempSync(join(tmpdir(), "pulumi-swarm-pending-"));
  writeFileSync(join(project, "Pulumi.yaml"), "name: some-project\nruntime: nodejs\n");
  writeFileSync(join(project, "Pulumi.dev.yaml"), "config: {}\n");
  const state = openState(project);
  writeWorkingConfig(state, "dev", {});
  session = await openSession(await ensureToolchain(), state, "dev");
}, 60_000);
afterEach(() => rmSync(project, { recursive: true, force: true }));

interface Checkpoint {
  checkpoint: { latest?: { pending_operations?: unknown[] } & Record<string, unknown> };
}
const stored = (): Checkpoint => JSON.parse(readFileSync(stackFile(session.state, "dev"), "utf8")) as Checkpoint;

/** Changes the stack's state to that after a Pulumi was killed while it created a resource. */
function killInTheMiddle(type = "x:index:X"): void {
  const state = stored();
  const resource = { urn: `urn:pulumi:dev::some-project::${type}::x`, custom: true, type, inputs: {} };
  const manifest = { time: "2026-01-01T00:00:00Z", magic: "", version: "" };
  const latest = { manifest, ...state.checkpoint.latest, pending_operations: [{ resource, type: "creating" }] };
  writeFileSync(
    stackFile(session.state, "dev"),
    JSON.stringify({ ...state, checkpoint: { ...state.checkpoint, latest } }),
  );
}

it("forgets a create of a killed run, so that the stack works again", async () => {
  killInTheMiddle();
  expect(stored().checkpoint.latest?.pending_operations).toHaveLength(1);
  clearPendingCreates(session);
  expect(stored().checkpoint.latest?.pending_operations ?? []).toEqual([]);
  await expect(readPulumiOutput(session, ["stack", "export"])).resolves.not.toContain("creating");
});

it("keeps a pending create in a cloud, because the resource may cost money", () => {
  killInTheMiddle("aws:ec2/instance:Instance");
  clearPendingCreates(session);
  expect(stored().checkpoint.latest?.pending_operations).toHaveLength(1);
});

it("does not change a stack without pending operations", () => {
  const before = readFileSync(stackFile(session.state, "dev"), "utf8");
  clearPendingCreates(session);
  expect(readFileSync(stackFile(session.state, "dev"), "utf8")).toBe(before);
});

it("keeps the pending creates of a running update, and does not overwrite its state", () => {
  killInTheMiddle();
  const lock = join(session.state.backend, ".pulumi", "locks", "organization", "some-project", "dev", "lock.json");
  mkdirSync(dirname(lock), { recursive: true });
  const holder = { pid: process.pid, username: "me", hostname: hostname(), timestamp: new Date().toISOString() };
  writeFileSync(lock, JSON.stringify(holder));
  const before = readFileSync(stackFile(session.state, "dev"), "utf8");
  clearPendingCreates(session);
  expect(readFileSync(stackFile(session.state, "dev"), "utf8")).toBe(before);
  expect(readdirSync(dirname(lock))).toEqual(["lock.json"]);
});

it("keeps everything else in the state", async () => {
  const whole = JSON.parse(await readPulumiOutput(session, ["stack", "export"])) as object;
  killInTheMiddle();
  clearPendingCreates(session);
  expect(JSON.parse(await readPulumiOutput(session, ["stack", "export"]))).toMatchObject(whole);
  expect(statSync(stackFile(session.state, "dev")).mode & 0o777).toBe(0o600);
});
