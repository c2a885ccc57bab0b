import type { Settings } from "../../../stacks/settings.ts";
import { wrong, type WrongSettings } from "./said.ts";

/** Wrong settings of the machine, its drives or its Swarm. */
export const WRONG_HOST = {
  stack: [
    wrong("an environment that is not there", { stack: "mars" }, "pulumi-swarm:stack", '"mars"', "choose one of local"),
  ],
  engine: [
    wrong("an engine's address that is none", { engine: "docker.example" }, "engine", '"docker.example"', "unix://"),
  ],
  endpointAddress: [
    wrong(
      "a list of addresses for clients",
      { endpointAddress: ["a.example"] },
      "pulumi-swarm:endpointAddress",
      "Array",
      "pulumi config set",
    ),
  ],
  hostname: [
    wrong(
      "a host name that is no DNS label",
      { hostname: "My_Laptop" },
      "hostname",
      '"My_Laptop"',
      "hostnamectl set-hostname",
    ),
  ],
  drives: [
    wrong("a drive's field misspelt", { drives: { d1: { paht: "/mnt/disk1" } } }, "drives.d1.paht", "paht", "path"),
    wrong("no drives", { drives: {} }, "drives", "{}", "drives: { d1: {} }"),
    wrong(
      "a drive's key that is no DNS label",
      { drives: { "Disk 1": {} } },
      "drives",
      '"Disk 1"',
      "lowercase DNS label",
    ),
    wrong(
      "a drive's path that is not absolute",
      { drives: { d1: { path: "mnt/disk1" } } },
      "drives.d1.path",
      '"mnt/disk1"',
      '"/mnt/disk1"',
    ),
    wrong(
      "the root folder as a drive",
      { drives: { d1: { path: "/" } } },
      "drives.d1.path",
      '"/"',
      "other than the root disk",
    ),
    wrong(
      "a subfolder of no path",
      { drives: { d1: { subfolder: "minio" } } },
      "drives.d1.subfolder",
      '"minio"',
      "give path as well",
    ),
    wrong(
      "a subfolder that is absolute",
      { drives: { d1: { path: "/mnt/disk1", subfolder: "/minio" } } },
      "drives.d1.subfolder",
      '"/minio"',
      'relative folder, such as "minio"',
    ),
    wrong(
      "a subfolder outside its disk",
      { drives: { d1: { path: "/mnt/disk1", subfolder: "../other" } } },
      "drives.d1.subfolder",
      '"../other"',
      'such as "minio"',
    ),
    wrong(
      "two drives in one folder",
      { drives: { d1: { path: "/mnt/disk1" }, d2: { path: "/mnt/disk1" } } },
      "drives.d2",
      '"/mnt/disk1/minio"',
      "a disk of its own",
    ),
    wrong(
      "a number of drives that MinIO cannot divide",
      { drives: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`d${at}`, {}])) },
      "pools.main.hosts",
      "17 drives",
      "16 or 18 drives per host work",
    ),
  ],
  adopt: [
    wrong("a setting of another kind", { adopt: "perhaps" }, "pulumi-swarm:adopt", '"perhaps"', "pulumi config set"),
  ],
  allowOutage: [
    wrong(
      "a setting of another kind",
      { allowOutage: "perhaps" },
      "pulumi-swarm:allowOutage",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
  addressPools: [
    wrong(
      "an address pool that is no CIDR block",
      { addressPools: ["10.20.0.0"] },
      "addressPools[0]",
      '"10.20.0.0"',
      "CIDR form",
    ),
    wrong(
      "an address pool with bits beyond its prefix",
      { addressPools: ["10.20.0.1/16"] },
      "addressPools[0]",
      '"10.20.0.1/16"',
      "write 10.20.0.0/16",
    ),
    wrong(
      "two address pools with addresses in common",
      { addressPools: ["10.20.0.0/16", "10.20.128.0/17"] },
      "addressPools[1]",
      '"10.20.128.0/17"',
      "10.20.0.0/16",
    ),
  ],
} satisfies Partial<WrongSettings<keyof Settings>>;
