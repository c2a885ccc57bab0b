import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { Drive } from "../../../../core/drive.ts";
import { validateMinioService, type MinioSettings } from "../../../../components/minio/validation/settings.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";
import { fakeHost } from "../../harness.ts";

const HOSTS = { a: fakeHost("a"), b: fakeHost("b"), c: fakeHost("c", { d1: {}, d2: { path: "/mnt/x" } }) };

function lines(
  args: MinioSettings,
  serviceName = "store",
  hosts: Parameters<typeof validateMinioService>[2] = HOSTS,
): string[] {
  return validateMinioService(args, serviceName, hosts).map((finding) => formatIssue("MinioService", finding));
}

const ab = { pools: { main: { hosts: ["a", "b"] } } };
const drives = (count: number, drive: Drive = {}) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`d${index}`, drive]));
const alike = (hosts: number, count: number) =>
  Object.fromEntries(Array.from({ length: hosts }, (_, index) => [`h${index}`, fakeHost(`h${index}`, drives(count))]));

describe("rejects, in one line each", () => {
  const cases: [MinioSettings, string][] = [
    [{ ...ab, mode: "mesh" as "global" }, 'mode "mesh": must be "global" or "replicated"'],
    [{ ...ab, tools: "curl" as "mc" }, 'tools "curl": must be "silo" or "mc"'],
    [
      { ...ab, image: pulumi.output("x") },
      'tools (not given): is required if image is an Output, because its name is not known yet: give "silo" or "mc"',
    ],
    [
      { ...ab, rootUser: "minioadmin" },
      'rootUser "minioadmin": is the default of MinIO, which attackers try first: choose another, or leave it out',
    ],
    [{ ...ab, rootUser: "a=b" }, 'rootUser "a=b": must be 3 to 64 letters, digits, dots, hyphens or underscores'],
    ...["seven77", "two words", " leading8", "a:colon:in:it", "umläut-umläut", "x".repeat(129), ""].map(
      (rootPassword): [MinioSettings, string] => [
        { ...ab, rootPassword },
        'rootPassword "(secret)": must be 8 to 128 printable ASCII characters without spaces and colons: choose another',
      ],
    ),
    [{ ...ab, rootPassword: "minioadmin" }, 'rootPassword "(secret)": is MinIO\'s default password: choose another'],
    [
      { ...ab, rootPassword: pulumi.output("x"), rootPasswordGeneration: "2" },
      'rootPasswordGeneration "2": has no meaning with rootPassword: leave it out, and change rootPassword to rotate it',
    ],
    [{ ...ab, port: 99999 }, "port 99999: must be a whole number from 1 to 65535"],
    [{ ...ab, consolePort: 1.5 }, "consolePort 1.5: must be a whole number from 1 to 65535"],
    [
      { ...ab, port: 9100, consolePort: 9000 },
      "consolePort 9000: is the port of the S3 API within the store's networks, where the console listens on its published port: choose another",
    ],
    [
      { ...ab, expose: false, console: false },
      "console false: has no meaning with expose: false, which publishes nothing: leave it out",
    ],
    [
      { ...ab, console: false, consolePort: 9101 },
      "consolePort 9101: has no meaning with console: false, which does not publish the console: leave it out",
    ],
    [{ ...ab, port: 9001 }, "consolePort 9001: is the same as port: give each its own"],
    [
      { ...ab, expose: false, port: 9000 },
      "port 9000: has no meaning with expose: false, which publishes nothing: leave it out",
    ],
    [{ ...ab, cpuLimit: 0 }, "cpuLimit 0: must be a number of at least 0.01 CPUs"],
    [{ ...ab, cpuReservation: -1 }, "cpuReservation -1: must be a number of at least 0.01 CPUs"],
    [{ ...ab, memoryLimitMiB: 64 }, "memoryLimitMiB 64: must be a whole number of at least 256 MiB"],
    [{ ...ab, memoryReservationMiB: 0.5 }, "memoryReservationMiB 0.5: must be a whole number of at least 1 MiB"],
    [{ ...ab, cpuLimit: 1, cpuReservation: 2 }, "cpuReservation 2: is more than cpuLimit 1: no task could ever use it"],
    [
      { ...ab, memoryLimitMiB: 512, memoryReservationMiB: 1024 },
      "memoryReservationMiB 1024: is more than memoryLimitMiB 512: no task could ever use it",
    ],
    [{ ...ab, logMaxSizeMiB: 0 }, "logMaxSizeMiB 0: must be a whole number of at least 1 MiB"],
    [{ ...ab, logMaxFiles: 2.5 }, "logMaxFiles 2.5: must be a whole number of at least 1 files"],
    [{ ...ab, stopGraceSeconds: -5 }, "stopGraceSeconds -5: must be a whole number of at least 1 seconds"],
    [{ ...ab, minReadySeconds: -1 }, "minReadySeconds -1: must be a whole number of at least 0 seconds"],
    [{ ...ab, minReadySeconds: 0.5 }, "minReadySeconds 0.5: must be a whole number of at least 0 seconds"],
    [{ ...ab, timeoutSeconds: 1 }, "timeoutSeconds 1: must be a whole number of at least 10 seconds"],
    [
      { ...ab, environment: { PATH: "/bin" } },
      'environment "PATH": must begin with MINIO_: only settings of MinIO are allowed',
    ],
    [
      { ...ab, environment: { MINIO_ROOT_USER: "x" } },
      'environment "MINIO_ROOT_USER": is set by this component: give rootUser',
    ],
    [
      { ...ab, environment: { MINIO_ROOT_PASSWORD: "x" } },
      'environment "MINIO_ROOT_PASSWORD": is set by this component: give rootPassword',
    ],
    [
      { ...ab, environment: { MINIO_VOLUMES: "x" } },
      'environment "MINIO_VOLUMES": is set by this component: give pools; the drives are those of the hosts',
    ],
    [
      { ...ab, environment: { MINIO_ADDRESS: ":1" } },
      'environment "MINIO_ADDRESS": is set by this component: give port',
    ],
    [
      { ...ab, environment: { MINIO_KMS_SECRET_KEY_FILE: "k" } },
      'environment "MINIO_KMS_SECRET_KEY_FILE": is set by this component: give kmsKey',
    ],
    [
      { ...ab, environment: { MINIO_PROMETHEUS_AUTH_TYPE: "public" } },
      'environment "MINIO_PROMETHEUS_AUTH_TYPE": is set by this component: give metrics',
    ],
    [{ ...ab, metrics: "jwt" as "token" }, 'metrics "jwt": must be "token" or "public"'],
    [
      { ...ab, environment: { MINIO_CONFIG_ENV_FILE: "k" } },
      'environment "MINIO_CONFIG_ENV_FILE": names a file, but the container has only the files of this component: leave it out',
    ],
    [
      { ...ab, environment: { MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN: "t" } },
      'environment "MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN": is a secret, which `docker inspect` would show: give it in the argument secretEnvironment, or set it with `mc admin config set`',
    ],
    [
      { ...ab, environment: { MINIO_BROWSER_REDIRECT_URL: "console.example.com" } },
      'environment.MINIO_BROWSER_REDIRECT_URL "console.example.com": must be a URL with a scheme, such as https://s3.example.com',
    ],
    [{ ...ab, environment: { MINIO_REGION: "a\nb" } }, 'environment "MINIO_REGION": its value must be one line'],
    [{ pools: {} }, "pools {}: must have at least one pool: leave pools out for one of all hosts"],
    [
      { pools: { p: { hosts: ["a", "b"] }, q: { hosts: ["b"] } } },
      'pools.q.hosts "b": is also in pool "p": a host can be in one pool only; remove it from one of them',
    ],
    [
      { pools: { main: { hosts: ["a"], drivesPerHost: 3 } } },
      'pools.main.drivesPerHost 3: host "a" has only 2 drives: d1, d2',
    ],
    [
      { pools: { main: { hosts: ["a"], drivesPerHost: 0.5 } } },
      "pools.main.drivesPerHost 0.5: must be a whole number of at least 1: omit it to use all drives",
    ],
    [
      { pools: { p: { hosts: ["a", "b"] }, q: { hosts: ["c"], drivesPerHost: 1 } } },
      'pools.q.hosts ["c"]: is a single drive, which MinIO cannot combine with other pools: add hosts or drives to the pool, ' +
        "or create a second store and copy the data with `mc mirror`",
    ],
    [
      { pools: { "Big Pool": { hosts: ["a"] } } },
      'pools "Big Pool": a pool\'s key must be a lowercase DNS label: letters, digits and inner hyphens, at most 63',
    ],
    [{ pools: { main: { hosts: [] } } }, "pools.main.hosts []: a pool needs at least one host"],
    [{ pools: { main: { hosts: ["a", "a"] } } }, 'pools.main.hosts "a": is listed twice: list each host once'],
    [{ pools: { main: { hosts: ["z"] } } }, 'pools.main.hosts "z": is not a host of the Swarm, which has a, b, c'],
    [
      { pools: { a: { hosts: ["a", "b"] } } },
      'pools.a.hosts "a": its member and a service would both be called store-a: give the pool another key',
    ],
    [
      {},
      'pools.main.hosts "c": has drive d2 at /mnt/x/minio, "a" at a volume: give it the same path on all hosts, or use mode: "replicated"',
    ],
  ];
  test.each(cases)("%#: %o", (args, line) => {
    expect(lines(args)).toEqual([`MinioService: ${line}`]);
  });

  test("a name that is not a DNS label", () => {
    expect(lines(ab, "My_Store")).toEqual([
      'MinioService: serviceName "My_Store": must be a lowercase DNS label: letters, digits and inner hyphens, at most 63; ' +
        "it defaults to the component's name",
    ]);
  });

  test("names that are too long for DNS", () => {
    const long = "s".repeat(60);
    expect(lines({ pools: { main: { hosts: ["a"] } } }, long)).toEqual([
      `MinioService: serviceName "${long}": leads to the name ${long}-main, which has 65 characters; DNS allows 63: give a shorter one`,
    ]);
  });

  test("different drives on the hosts of a pool", () => {
    const hosts = { a: fakeHost("a", drives(2)), b: fakeHost("b", drives(3)) };
    expect(lines({}, "store", hosts)).toEqual([
      'MinioService: pools.main.hosts "b": has drives d0, d1, d2, "a" has d0, d1: give all hosts of a pool the same drives, or use 2 of each with drivesPerHost',
    ]);
    expect(lines({ pools: { main: { hosts: ["a", "b"], drivesPerHost: 2 } } }, "store", hosts)).toEqual([]);
  });

  test("names that two services would share", () => {
    const hosts = { "b-c": fakeHost("b-c"), c: fakeHost("c") };
    const pools = { a: { hosts: ["b-c"] }, "a-b": { hosts: ["c"] } };
    expect(lines({ mode: "replicated", pools }, "store", hosts)).toEqual([
      'MinioService: pools ["a","a-b"]: two services would be called store-a-b-c: give one of the pools another key',
    ]);
    expect(lines({ pools }, "store", hosts)).toEqual([]);
  });

  test("a pool with sets too small for the first pool's parity", () => {
    const hosts = { ...alike(4, 2), small: fakeHost("small", drives(2)) };
    const pools = { main: { hosts: ["h0", "h1", "h2", "h3"] }, more: { hosts: ["small"] } };
    expect(lines({ pools }, "store", hosts)).toEqual([
      'MinioService: pools.more {"hosts":["small"]}: has erasure sets of 2 drives, but parity 4, which the first pool ' +
        '"main" sets for all pools, needs at least 8: add hosts or drives, ' +
        "or set a lower parity: environment MINIO_STORAGE_CLASS_STANDARD=EC:n",
    ]);
    const said = (value: pulumi.Input<string>) => ({ pools, environment: { MINIO_STORAGE_CLASS_STANDARD: value } });
    expect(lines(said("EC:1"), "store", hosts)).toEqual([]);
    expect(lines(said(pulumi.output("EC:4")), "store", hosts)).toEqual([]);
    expect(lines(said("EC:3"), "store", hosts)).toEqual([
      'MinioService: pools.more {"hosts":["small"]}: has erasure sets of 2 drives, but parity 3, which the first pool ' +
        '"main" sets for all pools, needs at least 6: add hosts or drives',
    ]);
  });

  test.each<[string, hosts: number, drives: number, environment: Record<string, string>, string | undefined]>([
    ["half of a set", 1, 4, { STANDARD: "EC:2" }, undefined],
    [
      "more than half of a set",
      1,
      4,
      { STANDARD: "EC:3" },
      'STANDARD "EC:3": is more than half of an erasure set of 4 drives: set at most EC:2',
    ],
    [
      "parity of a single drive",
      1,
      1,
      { STANDARD: "EC:1" },
      'STANDARD "EC:1": is more than half of an erasure set of 1 drive: set at most EC:0',
    ],
    ["no parity", 1, 4, { STANDARD: "EC:0", RRS: "EC:1" }, undefined],
    ["reduced redundancy below the default", 1, 8, { RRS: "EC:3" }, undefined],
    [
      "reduced redundancy above the default",
      1,
      16,
      { RRS: "EC:5" },
      'RRS "EC:5": is more than the parity of other objects, 4: set at most EC:4',
    ],
    [
      "reduced redundancy above the parity",
      1,
      8,
      { STANDARD: "EC:2", RRS: "EC:3" },
      'RRS "EC:3": is more than the parity of other objects, 2: set at most EC:2',
    ],
    [
      "reduced redundancy of more than half of a set",
      1,
      4,
      { RRS: "EC:3" },
      'RRS "EC:3": is more than half of an erasure set of 4 drives: set at most EC:2',
    ],
    [
      "a form that MinIO does not know",
      1,
      4,
      { STANDARD: "2" },
      'STANDARD "2": must be EC:n, with the number n of parity drives',
    ],
  ])("storage classes: %s", (_what, hosts, drives, classes, problem) => {
    const environment = Object.fromEntries(
      Object.entries(classes).map(([name, value]) => [`MINIO_STORAGE_CLASS_${name}`, value]),
    );
    const expected = problem === undefined ? [] : [`MinioService: environment.MINIO_STORAGE_CLASS_${problem}`];
    expect(lines({ environment }, "store", alike(hosts, drives))).toEqual(expected);
  });

  test("drives that do not form equal sets, with numbers that do", () => {
    expect(lines({}, "store", alike(1, 17))).toEqual([
      'MinioService: pools.main.hosts ["h0"]: MinIO cannot form equal erasure sets of 2 to 16 drives from 1 host with ' +
        "17 drives each: 16 or 18 drives per host work",
    ]);
    expect(lines({}, "store", alike(17, 1))[0]).toContain("17 hosts with 1 drive each: 16 or 18 hosts work");
  });
});

describe("accepts", () => {
  test.each<[string, MinioSettings]>([
    ["two of three hosts", ab],
    ["two pools", { pools: { p: { hosts: ["c"] }, q: { hosts: ["a", "b"] } } }],
    ["different paths in replicated mode", { mode: "replicated" }],
    [
      "every argument",
      { ...ab, image: pulumi.output("x"), tools: "mc", rootUser: "boss", cpuLimit: 2, cpuReservation: 0.5 },
    ],
    ["a console that is not published, and S3 on its port", { ...ab, port: 9001, console: false }],
    ["a root password", { ...ab, rootPassword: "exactly8" }],
    ["a root password with every kind of character", { ...ab, rootPassword: "aZ0!\"#$%&'()*+,-./;<=>?@[]^_`{|}~\\" }],
    [
      "Outputs, which are validated later",
      { ...ab, rootUser: pulumi.output("x"), rootPassword: pulumi.output("x"), cpuLimit: pulumi.output(-1) },
    ],
    ["nothing published", { ...ab, expose: false }],
    ["a harmless setting", { ...ab, environment: { MINIO_REGION: "eu", MINIO_CI_CD: "1" } }],
  ])("%s", (_what, args) => {
    expect(lines(args)).toEqual([]);
  });
});
