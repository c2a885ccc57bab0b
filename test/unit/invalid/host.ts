import type { Settings } from "../../../stacks/settings.ts";
import { invalid, type InvalidSettings } from "./expected-refusal.ts";

/** Wrong settings of the machine, its drives or its Swarm. */
export const INVALID_HOST_SETTINGS = {
  stack: [
    invalid(
      "an environment that is not there",
      { stack: "mars" },
      "pulumi-swarm:stack",
      '"mars"',
      "choose one of local",
    ),
  ],
  engine: [
    invalid("an engine's address that is none", { engine: "docker.example" }, "engine", '"docker.example"', "unix://"),
  ],
  endpointAddress: [
    invalid(
      "a list of addresses for clients",
      { endpointAddress: ["a.example"] },
      "pulumi-swarm:endpointAddress",
      "Array",
      "pulumi config set",
    ),
  ],
  hostname: [
    invalid(
      "a host name that is no DNS label",
      { hostname: "My_Laptop" },
      "hostname",
      '"My_Laptop"',
      "hostnamectl set-hostname",
    ),
  ],
  drives: [
    invalid("a drive's field misspelt", { drives: { d1: { paht: "/mnt/disk1" } } }, "drives.d1.paht", "paht", "path"),
    invalid("no drives", { drives: {} }, "drives", "{}", "drives: { d1: {} }"),
    invalid(
      "a drive's key that is no DNS label",
      { drives: { "Disk 1": {} } },
      "drives",
      '"Disk 1"',
      "lowercase DNS label",
    ),
    invalid(
      "a drive's path that is not absolute",
      { drives: { d1: { path: "mnt/disk1" } } },
      "drives.d1.path",
      '"mnt/disk1"',
      '"/mnt/disk1"',
    ),
    invalid(
      "the root folder as a drive",
      { drives: { d1: { path: "/" } } },
      "drives.d1.path",
      '"/"',
      "other than the root disk",
    ),
    invalid(
      "a subfolder of no path",
      { drives: { d1: { subfolder: "minio" } } },
      "drives.d1.subfolder",
      '"minio"',
      "give path as well",
    ),
    invalid(
      "a subfolder that is absolute",
      { drives: { d1: { path: "/mnt/disk1", subfolder: "/minio" } } },
      "drives.d1.subfolder",
      '"/minio"',
      'relative folder, such as "minio"',
    ),
    invalid(
      "a subfolder outside its disk",
      { drives: { d1: { path: "/mnt/disk1", subfolder: "../other" } } },
      "drives.d1.subfolder",
      '"../other"',
      'such as "minio"',
    ),
    invalid(
      "two drives in one folder",
      { drives: { d1: { path: "/mnt/disk1" }, d2: { path: "/mnt/disk1" } } },
      "drives.d2",
      '"/mnt/disk1/minio"',
      "a disk of its own",
    ),
    invalid(
      "a number of drives that MinIO cannot divide",
      { drives: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`d${at}`, {}])) },
      "pools.main.hosts",
      "17 drives",
      "16 or 18 drives per host work",
    ),
  ],
  adopt: [
    invalid("a setting of another kind", { adopt: "perhaps" }, "pulumi-swarm:adopt", '"perhaps"', "pulumi config set"),
  ],
  allowOutage: [
    invalid(
      "a setting of another kind",
      { allowOutage: "perhaps" },
      "pulumi-swarm:allowOutage",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
  addressPools: [
    invalid(
      "an address pool that is no CIDR block",
      { addressPools: ["10.20.0.0"] },
      "addressPools[0]",
      '"10.20.0.0"',
      "CIDR form",
    ),
    invalid(
      "an address pool with bits beyond its prefix",
      { addressPools: ["10.20.0.1/16"] },
      "addressPools[0]",
      '"10.20.0.1/16"',
      "write 10.20.0.0/16",
    ),
    invalid(
      "two address pools with addresses in common",
      { addressPools: ["10.20.0.0/16", "10.20.128.0/17"] },
      "addressPools[1]",
      '"10.20.128.0/17"',
      "10.20.0.0/16",
    ),
  ],
} satisfies Partial<InvalidSettings<keyof Settings>>;
