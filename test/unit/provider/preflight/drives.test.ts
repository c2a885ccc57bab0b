import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ServiceRequirement } from "../../../../core/requirement.ts";
import { ownerLabels } from "../../../../core/labels.ts";
import { checkDrives, driveFolders } from "../../../../provider/preflight/checks/drives.ts";
import { formatPreflightIssue } from "../../../../provider/preflight/checks/issue.ts";
import { checkService } from "../../../../provider/preflight/checks/service.ts";
import type { DriveFacts } from "../../../../provider/preflight/facts/drive.ts";
import { readLocalFacts } from "../../../../provider/preflight/facts/local.ts";
import { factsScript, parseFacts } from "../../../../provider/preflight/facts/remote.ts";
import type { HostSnapshot, ClusterSnapshot } from "../../../../provider/preflight/snapshot.ts";
import { host, machine, NETWORK, ownManager, SERVICE, service, snapshot, SWARM } from "../../preflight-snapshot.ts";

const FOLDER = "/mnt/disk1/minio";
const STORE: ServiceRequirement = {
  ...SERVICE,
  disks: [{ path: "/mnt/disk1", subfolder: "minio" }],
  driveFormat: "xl",
};
const TWO: ServiceRequirement = { ...STORE, hosts: ["a", "b"] };
const MOUNTS = [
  { path: "/", device: "254:0" },
  { path: "/mnt/disk1", device: "254:16" },
];
const xl = (storeId = "s1") => ({ format: { name: "xl", storeId } });
const drives = (facts: DriveFacts) => machine({ mounts: MOUNTS, drives: { [FOLDER]: facts } });
const info = (more: Partial<HostSnapshot["info"]>) => host({ hostname: "a" }, more);
const running = [service("store", ownerLabels(STORE.owner))];

/** A host with a folder, whose engine is as given. */
const seen = (facts: DriveFacts, engine: HostSnapshot = info({}), more: Partial<ClusterSnapshot> = {}) =>
  snapshot({ a: engine }, { machines: { a: drives(facts) }, ...more });

const found = (requirement: ServiceRequirement, snapshot: ClusterSnapshot) =>
  checkDrives(requirement, snapshot).map(
    (issue) => `${issue.warning ? "warning: " : ""}${formatPreflightIssue({ subject: requirement.subject, ...issue })}`,
  );

const SELINUX = info({ SecurityOptions: ["name=seccomp,profile=default", "name=selinux"] });
const USERNS = info({ SecurityOptions: ["name=userns"], DockerRootDir: "/var/lib/docker/100000.100001" });
const WORKER = info({ Swarm: { NodeID: "n", NodeAddr: "", LocalNodeState: "active", ControlAvailable: false } });
const VOLUMES: ServiceRequirement = { ...SERVICE, volumes: { a: ["store-d1"] } };

describe("accepts", () => {
  test.each<[string, ServiceRequirement, ClusterSnapshot]>([
    ["an empty folder", STORE, seen({ files: [] })],
    ["a folder that could not be read", STORE, seen({})],
    ["a host without facts", STORE, snapshot({ a: info({}) })],
    ["a folder that its own service uses", STORE, seen(xl(), ownManager({}, running))],
    ["other files in a folder that its own service uses", STORE, seen({ files: ["a"] }, ownManager({}, running))],
    [
      "other files in a folder of a service that is not MinIO",
      { ...STORE, driveFormat: undefined },
      seen({ files: ["a"] }),
    ],
    ["SELinux, and a folder for containers", STORE, seen({ selinuxType: "container_file_t" }, SELINUX)],
    ["SELinux, and a folder with a type that could not be read", STORE, seen({}, SELINUX)],
    ["a folder's type if the engine does not use SELinux", STORE, seen({ selinuxType: "mnt_t" })],
    ["user namespaces, and a folder of the mapped root", STORE, seen({ owner: { user: 100_000, group: 0 } }, USERNS)],
    [
      "user namespaces with an unknown mapping",
      STORE,
      seen({ owner: { user: 0, group: 0 } }, info({ SecurityOptions: ["name=userns"] })),
    ],
    ["a folder of the members' user", { ...STORE, user: "1000" }, seen({ owner: { user: 1000, group: 0 } })],
    ["a folder of the members' group", { ...STORE, user: "1000:50" }, seen({ owner: { user: 0, group: 50 } })],
    ["any folder if the members are root", { ...STORE, user: "0:0" }, seen({ owner: { user: 1000, group: 50 } })],
    [
      "user namespaces, and a folder of the mapped user",
      { ...STORE, user: "1000" },
      seen({ owner: { user: 101_000, group: 0 } }, USERNS),
    ],
    ["a folder of root without user namespaces", STORE, seen({ owner: { user: 0, group: 0 } })],
    ["the storage driver vfs with mounted disks", STORE, seen({}, info({ Driver: "vfs" }))],
    ["the storage driver overlay2 with volumes", VOLUMES, snapshot({ a: info({ Driver: "overlay2" }) })],
    ["the containerd image store with volumes", VOLUMES, snapshot({ a: info({ Driver: "overlayfs" }) })],
  ])("%s", (_, requirement, snapshot) => expect(found(requirement, snapshot)).toEqual([]));
});

const at = 'MinioService "store": hosts.a.drives "/mnt/disk1": ';
const FOREIGN = `the folder ${FOLDER} contains a, b, c and more, which MinIO would take for buckets: move everything out of it, or set another subfolder`;
const LABEL = `SELinux keeps containers from the folder ${FOLDER}, which has the type mnt_t: run \`chcon -R -t container_file_t ${FOLDER}\` there, and \`semanage fcontext -a -t container_file_t '${FOLDER}(/.*)?'\`, so that relabeling keeps it`;
const MAPPED = `its engine maps root in containers to user 100000 (userns-remap), and the folder ${FOLDER} belongs to user 0: run \`chown -R 100000:100001 ${FOLDER}\` there`;
const owned = (reason: string, owner: string, owners: string) =>
  `${at}${reason}, and the folder ${FOLDER} belongs to user ${owner}: run \`chown -R ${owners} ${FOLDER}\` there`;
const VFS = (driver: string) =>
  `MinioService "store": hosts.a.drives "store-d1": its engine's storage driver is ${driver}, with which volumes are on the same file system as the container's root, and MinIO rejects those: set "storage-driver": "overlay2" in /etc/docker/daemon.json and restart Docker, or mount disks and give their path`;

describe("reports", () => {
  test.each<[string, ServiceRequirement, ClusterSnapshot, string[]]>([
    ["other files", STORE, seen({ files: ["a", "b", "c", "d"] }), [at + FOREIGN]],
    [
      "a folder of another user than the members'",
      { ...STORE, user: "1000:50" },
      seen({ owner: { user: 0, group: 0 } }),
      [owned("the members run as user 1000", "0", "1000:50")],
    ],
    [
      "a folder of another user than the mapped one",
      { ...STORE, user: "1000" },
      seen({ owner: { user: 1000, group: 1000 } }, USERNS),
      [owned("its engine maps user 1000 in containers to user 101000 (userns-remap)", "1000", "101000:101001")],
    ],
    [
      "one other file",
      STORE,
      seen({ files: ["a"] }),
      [
        `${at}the folder ${FOLDER} contains a, which MinIO would take for buckets: move everything out of it, or set another subfolder`,
      ],
    ],
    [
      "a drive of a MinIO from before erasure coding of one drive",
      STORE,
      seen({ format: { name: "fs", storeId: "s1" } }),
      [
        `${at}the folder ${FOLDER} contains data in MinIO's format "fs" (one drive, from before 2022), and this store needs "xl" (several drives): set another subfolder, and copy the data as docs/adopt.md describes`,
      ],
    ],
    [
      "a drive of a store of one drive",
      STORE,
      seen({ format: { name: "xl-single", storeId: "s1" } }),
      [
        `${at}the folder ${FOLDER} contains data in MinIO's format "xl-single" (one drive), and this store needs "xl" (several drives): set another subfolder, and copy the data as docs/adopt.md describes`,
      ],
    ],
    [
      "a drive of a store of several drives, for one of a single drive",
      { ...STORE, driveFormat: "xl-single" },
      seen(xl()),
      [
        `${at}the folder ${FOLDER} contains data in MinIO's format "xl" (several drives), and this store needs "xl-single" (one drive): set another subfolder, and copy the data as docs/adopt.md describes`,
      ],
    ],
    [
      "data that will be reused",
      STORE,
      seen(xl()),
      [`warning: ${at}the data in the folder ${FOLDER} on host a will be reused`],
    ],
    [
      "other files as a warning if no manager answers",
      STORE,
      seen({ files: ["a", "b", "c", "d"] }, WORKER),
      [`warning: ${at}${FOREIGN}`],
    ],
    [
      "drives of different stores",
      TWO,
      snapshot({ a: info({}), b: info({}) }, { machines: { a: drives(xl()), b: drives(xl("s2")) } }),
      [
        `warning: ${at}the data in the folder ${FOLDER} on host a will be reused`,
        `warning: ${at.replaceAll("hosts.a", "hosts.b")}the data in the folder ${FOLDER} on host b will be reused`,
        `${at.replaceAll("hosts.a", "hosts.b")}the folder ${FOLDER} contains a drive of the store s2, but ${FOLDER} on host a one of the store s1: set another subfolder for one of them`,
      ],
    ],
    ["a folder that SELinux keeps containers from", STORE, seen({ selinuxType: "mnt_t" }, SELINUX), [at + LABEL]],
    [
      "such a folder as a warning if its service runs",
      STORE,
      seen({ selinuxType: "mnt_t" }, ownManager({}, running, { SecurityOptions: ["name=selinux"] })),
      [`warning: ${at}${LABEL}`],
    ],
    ["a folder of root with user namespaces", STORE, seen({ owner: { user: 0, group: 0 } }, USERNS), [at + MAPPED]],
    ["the storage driver vfs", VOLUMES, snapshot({ a: info({ Driver: "vfs" }) }), [VFS("vfs")]],
    ["the snapshotter native", VOLUMES, snapshot({ a: info({ Driver: "native" }) }), [VFS("native")]],
  ])("%s", (_, requirement, snapshot, lines) => expect(found(requirement, snapshot)).toEqual(lines));
});

test("lists the folders of each host", () => {
  const other = { ...STORE, hosts: ["b"], disks: [{ path: "/mnt/disk2", subfolder: "x/y" }] };
  expect(driveFolders([SWARM, NETWORK, TWO, other])).toEqual({ a: [FOLDER], b: [FOLDER, "/mnt/disk2/x/y"] });
});

describe("reads a folder", () => {
  /** Creates a folder with files, and reads its facts here and by the script for other machines. */
  const read = async (files: Record<string, string>, ...folders: string[]) => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm drive's-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const name of folders) mkdirSync(join(folder, name), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { drives } = await readLocalFacts([folder]);
    const printed = execFileSync("sh", { input: factsScript([folder]) }).toString();
    expect(parseFacts(printed, { asked: 0, answered: 0 }).drives).toEqual(drives);
    const { selinuxType: _, ...facts } = drives![folder]!;
    return facts;
  };
  const owner = { user: process.getuid?.(), group: process.getgid?.() };

  test("that is empty, apart from what file systems create", async () => {
    expect(await read({}, "lost+found")).toEqual({ owner, files: [] });
  });

  test("with other files, hidden ones too", async () => {
    expect(await read({ "== mounts": "", "b c": "" }, ".d")).toEqual({ owner, files: [".d", "== mounts", "b c"] });
  });

  test("with a drive of MinIO, of any number of drives", async () => {
    const sets = Array.from({ length: 500 }, (_, at) => `"${at}"`).join(",");
    const format = `{"version":"1","format":"xl","id":"s1","xl":{"sets":[[${sets}]]}}`;
    const facts = await read({ ".minio.sys/format.json": format }, ".minio.sys", "bucket");
    expect(facts).toEqual({ owner, format: { name: "xl", storeId: "s1" } });
  });

  test("that MinIO has not formatted yet", async () => {
    expect(await read({}, ".minio.sys/tmp")).toEqual({ owner });
  });

  test("that does not exist", async () => {
    expect((await readLocalFacts(["/no/such/folder"])).drives).toEqual({});
  });
});

test("the host network is refused if the engine maps users", () => {
  const lines = (requirement: ServiceRequirement, engine: HostSnapshot) =>
    checkService(requirement, [], snapshot({ a: engine })).map(formatPreflightIssue);
  const onHost = { ...SERVICE, usesHostNetwork: true };
  expect(lines(onHost, USERNS)).toEqual([
    `MinioService "store": network "a": its engine maps users (userns-remap), so Docker runs no container on the host's network: use another network, or remove "userns-remap" from /etc/docker/daemon.json and restart Docker`,
  ]);
  expect(lines(onHost, info({}))).toEqual([]);
  expect(lines(SERVICE, USERNS)).toEqual([]);
});
