import { expect, test } from "vitest";
import { validateHost, type HostFields } from "../../../../components/hosts/host-validation.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";

const engine = "unix:///run/docker.sock";
const host: HostFields = {
  key: "a",
  hostname: "a",
  engine,
  labels: {},
  drives: { d1: {}, d2: { path: "/mnt/disk2" } },
};

test("accepts a valid host", () => expect(validateHost(host)).toEqual([]));

test.each(["MacBook.local", "DESKTOP-AB12CD", "ip-10-0-0-1.ec2.internal", undefined])(
  "accepts hostname %j",
  (hostname) => expect(validateHost({ ...host, hostname })).toEqual([]),
);

test.each<[Partial<HostFields>, string]>([
  [{ key: "Host_1" }, 'key "Host_1": must be a lowercase DNS label'],
  [{ hostname: "node_1" }, 'hostname "node_1": must be a host name: letters, digits and inner hyphens'],
  [
    { engine: "docker.example" },
    'engine "docker.example": must be "unix:///path/to/docker.sock", "tcp://host:port" or',
  ],
  [{ engine: "ssh://root@far/path" }, 'engine "ssh://root@far/path": must be "unix:///path/to/docker.sock"'],
  [{ labels: { "a b": "c" } }, 'labels "a b": must be a label name without spaces'],
  [{ drives: {} }, "drives {}: a host needs at least one drive"],
  [{ drives: { "d 1": {} } }, 'drives "d 1": a drive\'s key must be'],
  [{ drives: { d1: { path: "mnt" } } }, 'drives.d1.path "mnt": must be the absolute mount point'],
  [{ drives: { d1: { path: "/" } } }, 'drives.d1.path "/": must be the absolute mount point'],
  [{ drives: { d1: { path: "/mnt/../etc" } } }, 'drives.d1.path "/mnt/../etc": must be the absolute mount point'],
  [{ drives: { d1: { subfolder: "x" } } }, 'drives.d1.subfolder "x": has no meaning without path'],
  [{ drives: { d1: { path: "/mnt/a", subfolder: "../x" } } }, 'drives.d1.subfolder "../x": must be a relative folder'],
  [
    { drives: { d1: { path: "/mnt/a" }, d2: { path: "/mnt/a" } } },
    'drives.d2 "/mnt/a/minio": is already the folder of drive "d1"',
  ],
])("rejects %j", (change, line) => {
  const findings = validateHost({ ...host, ...change });
  expect(findings.map((finding) => formatIssue('Host "a"', finding))).toEqual([
    expect.stringContaining(`Host "a": ${line}`),
  ]);
});
