import type { Settings } from "../../../stacks/settings.ts";
import { invalid, type InvalidSettings } from "./expected-refusal.ts";

/** Invalid settings of the host, its drives or its Swarm. */
export const INVALID_HOST_SETTINGS = {
  stack: [invalid("an unknown stack kind", { stack: "mars" }, "pulumi-swarm:stack", '"mars"', "choose one of local")],
  engine: [invalid("an invalid engine address", { engine: "docker.example" }, "engine", '"docker.example"', "unix://")],
  endpointAddress: [
    invalid(
      "a list of addresses for clients",
      { endpointAddress: ["a.example"] },
      "pulumi-swarm:endpointAddress",
      "a list",
      "pulumi config set",
    ),
    invalid(
      "a URL instead of an address for clients",
      { endpointAddress: "http://nas:9000" },
      "endpointAddress",
      '"http://nas:9000"',
      "a host name or an IP address alone",
    ),
  ],
  hostname: [
    invalid(
      "a hostname that DNS does not accept",
      { hostname: "My_Laptop" },
      "hostname",
      '"My_Laptop"',
      "leave it out",
    ),
  ],
  drives: [
    invalid(
      "a misspelled field of a drive",
      { drives: { d1: { paht: "/mnt/disk1" } } },
      "drives.d1.paht",
      "paht",
      "path",
    ),
    invalid("no drives", { drives: {} }, "drives", "{}", "drives: { d1: {} }"),
    invalid(
      "a drive key that is not a DNS label",
      { drives: { "Disk 1": {} } },
      "drives",
      '"Disk 1"',
      "lowercase DNS label",
    ),
    invalid(
      "a relative drive path",
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
      "a subfolder without a path",
      { drives: { d1: { subfolder: "minio" } } },
      "drives.d1.subfolder",
      '"minio"',
      "give path as well",
    ),
    invalid(
      "an absolute subfolder",
      { drives: { d1: { path: "/mnt/disk1", subfolder: "/minio" } } },
      "drives.d1.subfolder",
      '"/minio"',
      'relative folder, such as "minio"',
    ),
    invalid(
      "a subfolder outside the disk",
      { drives: { d1: { path: "/mnt/disk1", subfolder: "../other" } } },
      "drives.d1.subfolder",
      '"../other"',
      'such as "minio"',
    ),
    invalid(
      "two drives in the same folder",
      { drives: { d1: { path: "/mnt/disk1" }, d2: { path: "/mnt/disk1" } } },
      "drives.d2",
      '"/mnt/disk1/minio"',
      "give each drive its own disk",
    ),
    invalid(
      "a number of drives that MinIO cannot divide into erasure sets",
      { drives: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`d${at}`, {}])) },
      "pools.main.hosts",
      "17 drives",
      "16 or 18 drives per host work",
    ),
  ],
  adopt: [
    invalid("a value of the wrong type", { adopt: "perhaps" }, "pulumi-swarm:adopt", '"perhaps"', "pulumi config set"),
  ],
  allowOutage: [
    invalid(
      "a value of the wrong type",
      { allowOutage: "perhaps" },
      "pulumi-swarm:allowOutage",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
  addressPools: [
    invalid(
      "an address pool that is not a CIDR block",
      { addressPools: ["10.20.0.0"] },
      "addressPools[0]",
      '"10.20.0.0"',
      "CIDR form",
    ),
    invalid(
      "an address pool with host bits",
      { addressPools: ["10.20.0.1/16"] },
      "addressPools[0]",
      '"10.20.0.1/16"',
      "write 10.20.0.0/16",
    ),
    invalid(
      "overlapping address pools",
      { addressPools: ["10.20.0.0/16", "10.20.128.0/17"] },
      "addressPools[1]",
      '"10.20.128.0/17"',
      "10.20.0.0/16",
    ),
    invalid(
      "a pool that is smaller than one subnet",
      { addressPools: ["10.20.0.0/25"] },
      "addressPools[0]",
      '"10.20.0.0/25"',
      "give a larger pool",
    ),
  ],
  subnetSize: [
    invalid("a subnet size out of range", { subnetSize: 31 }, "subnetSize", "31", "from 9 to 29"),
    invalid(
      "subnets that are larger than a pool",
      { addressPools: ["10.20.0.0/24"], subnetSize: 20 },
      "addressPools[0]",
      '"10.20.0.0/24"',
      "subnetSize: 25 or more",
    ),
  ],
  dataPathPort: [
    invalid(
      "text instead of a number",
      { dataPathPort: "vxlan" },
      "pulumi-swarm:dataPathPort",
      '"vxlan"',
      "pulumi config set",
    ),
    invalid(
      "a port that the Engine does not allow",
      { dataPathPort: 443 },
      "dataPathPort",
      "443",
      "from 1024 to 49151",
    ),
  ],
  autolock: [
    invalid(
      "a value of the wrong type",
      { autolock: "perhaps" },
      "pulumi-swarm:autolock",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
  certificateExpiryDays: [
    invalid("a lifetime of no day", { certificateExpiryDays: 0 }, "certificateExpiryDays", "0", "from 1 to 3650"),
  ],
} satisfies Partial<InvalidSettings<keyof Settings>>;
