import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Machine } from "../../../../provider/hosts/machine.ts";
import type { PreparedMachineInputs } from "../../../../provider/hosts/machine-inputs.ts";
import { HostInspection } from "../../../../provider/hosts/host-inspection.ts";

const ID = "ABCD:EFGH:IJKL:MNOP:QRST";
const SURVEY = `\n== hostname\na\n\n== uid\n0\n\n== docker\n/usr/bin/docker\n\n== info\nengine ${ID} 27.1.1\n`;
const INFO = JSON.stringify({ ID, Name: "a", ServerVersion: "27.1.1" });

/** An ssh that answers like a machine with an engine, and records its calls. */
const SSH = `#!/bin/sh
folder=$(dirname "$0")
for command; do :; done
case $command in
  *dial-stdio*)
    echo engine >>"$folder/started"
    while read -r line; do
      [ "$line" != "$(printf '\\r')" ] || printf 'HTTP/1.1 200 OK\\r\\nContent-Length: ${INFO.length}\\r\\n\\r\\n%s' '${INFO}'
    done ;;
  *)
    echo look >>"$folder/started"
    cat >/dev/null
    cat "$folder/survey" ;;
esac
`;

const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-ssh-"));
const path = process.env["PATH"] ?? "";
const started = () => readFileSync(join(folder, "started"), "utf8").split("\n").filter(Boolean);

beforeAll(() => {
  writeFileSync(join(folder, "ssh"), SSH);
  chmodSync(join(folder, "ssh"), 0o755);
  writeFileSync(join(folder, "survey"), SURVEY);
  process.env["PATH"] = `${folder}${delimiter}${path}`;
});
beforeEach(() => writeFileSync(join(folder, "started"), ""));
afterAll(() => {
  process.env["PATH"] = path;
  rmSync(folder, { recursive: true });
});

const wish = {
  ...{ key: "a", connection: { host: "ssh://a" }, hostname: "a", timeoutSeconds: 300 },
  drives: { d1: {} },
};

test("does not inspect a host again that was just inspected", async () => {
  await HostInspection.create({ hosts: { a: wish } });
  const { outs } = await Machine.create(wish);
  expect(outs).toMatchObject({ machineId: ID, engineVersion: "27.1.1", ready: true });
  expect(started()).toEqual(["look", "engine"]);
});

test("inspects a group's machines before any is changed, and reports all problems together", async () => {
  const named = (name: string) => ({ ...wish, key: name, hostname: name, timeoutSeconds: 100 });
  const hosts = { a: named("a"), b: named("b"), c: named("c") };
  await expect(HostInspection.create({ hosts })).rejects.toThrow(
    /^host b: hostname "b": the machine at a calls itself "a".*\nhost c: hostname "c": the machine at a calls itself "a".*$/,
  );
  expect(started()).toEqual(["look", "look", "look"]);
});

const quick = { ...wish, timeoutSeconds: 60 };

test.each<[string, object, boolean, number]>([
  ["none, for a machine that leaves", {}, false, 0],
  ["none, if nothing changes", { a: quick }, false, 0],
  ["only a new machine", { a: quick, b: quick }, true, 1],
  ["only a machine that changes", { a: { ...quick, drives: {} } }, true, 1],
])("inspects of a group %s", async (_what, hosts, changes, logins) => {
  const [olds, news] = [{ hosts: { a: quick } }, { hosts } as { hosts: Record<string, PreparedMachineInputs> }];
  expect(await HostInspection.diff("inspection", olds, news)).toEqual({ changes });
  expect(await HostInspection.update!("inspection", olds, news)).toEqual({ outs: news });
  expect(started()).toEqual(Array(logins).fill("look"));
});

test("does not log in to a machine without drives", async () => {
  const { drives: _drives, ...inputs } = wish;
  expect((await Machine.create(inputs)).outs).toEqual({
    ...inputs,
    ...{ engineName: "a", machineId: ID, engineVersion: "27.1.1", ready: true },
  });
  expect(started()).not.toContain("look");
});

test("uses an inspection once", async () => {
  await Machine.create(wish);
  expect(started().filter((what) => what === "look")).toHaveLength(1);
});

test("inspects a host again whose inputs have changed", async () => {
  await HostInspection.create({ hosts: { a: wish } });
  await Machine.create({ ...wish, drives: { d1: {}, d2: {} } });
  expect(started().filter((what) => what === "look")).toHaveLength(2);
});
