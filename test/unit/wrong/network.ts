import type { Settings } from "../../../stacks/settings.ts";
import { wrong, type WrongSettings } from "./said.ts";

/** Wrong settings of the network. */
export const WRONG_NETWORK = {
  driver: [
    wrong("a driver that is not there", { driver: "vxlan" }, "driver", '"vxlan"', '"overlay"'),
    wrong(
      "a driver that needs addresses from outside",
      { driver: "macvlan", link: { parent: "eth1", ipRange: "10.50.0.0/28" } },
      "pulumi-swarm:subnet",
      "is missing",
      "give the addresses",
    ),
  ],
  networkMode: [
    wrong(
      "a mode of another driver's",
      { networkMode: "l2" },
      "pulumi-swarm:networkMode",
      "driver is overlay",
      "pulumi config rm",
    ),
  ],
  link: [
    wrong(
      "a link of a network that has none",
      { link: { parent: "eth1" } },
      "pulumi-swarm:link",
      "driver is overlay",
      "take it away",
    ),
    wrong(
      "no link of a network that needs one",
      { driver: "macvlan", subnet: "10.50.0.0/24" },
      "pulumi-swarm:link",
      "is missing",
      "give { parent: <device>",
    ),
  ],
  networkName: [
    wrong(
      "a network name with blanks",
      { networkName: "my network" },
      "networkName",
      '"my network"',
      "choose such a name",
    ),
    wrong(
      "the name of one of Docker's own networks",
      { networkName: "ingress" },
      "networkName",
      '"ingress"',
      "choose another",
    ),
  ],
  subnet: [
    wrong("a subnet that is no CIDR block", { subnet: "10.20.0" }, "subnet", '"10.20.0"', "10.20.0.0/24"),
    wrong(
      "a subnet with bits beyond its prefix",
      { subnet: "10.20.0.5/24" },
      "subnet",
      '"10.20.0.5/24"',
      "write 10.20.0.0/24",
    ),
    wrong("a subnet of IPv6", { subnet: "fd00:20::/64" }, "subnet", '"fd00:20::/64"', "give an IPv4 one"),
    wrong("a subnet too narrow to live in", { subnet: "10.20.0.0/30" }, "subnet", '"10.20.0.0/30"', "for instance /24"),
    wrong("a subnet of multicast addresses", { subnet: "224.1.0.0/24" }, "subnet", '"224.1.0.0/24"', "10.0.0.0/8"),
  ],
  gateway: [
    wrong("a gateway of no subnet", { gateway: "10.20.0.1" }, "gateway", '"10.20.0.1"', "give `subnet` too"),
    wrong(
      "a gateway that is no address",
      { subnet: "10.20.0.0/24", gateway: "router" },
      "gateway",
      '"router"',
      "10.20.0.1",
    ),
    wrong(
      "a gateway outside the subnet",
      { subnet: "10.20.0.0/24", gateway: "10.21.0.1" },
      "gateway",
      '"10.21.0.1"',
      "10.20.0.1",
    ),
    wrong(
      "the broadcast address as a gateway",
      { subnet: "10.20.0.0/24", gateway: "10.20.0.255" },
      "gateway",
      '"10.20.0.255"',
      "give 10.20.0.1",
    ),
  ],
  mtu: [wrong("packets too small", { mtu: 68 }, "mtu", "68", "576 to 65535")],
  encrypted: [
    wrong(
      "a setting of another kind",
      { encrypted: "perhaps" },
      "pulumi-swarm:encrypted",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
  attachable: [
    wrong(
      "a setting of another kind",
      { attachable: "perhaps" },
      "pulumi-swarm:attachable",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
  adoptNetwork: [
    wrong(
      "a setting of another kind",
      { adoptNetwork: "perhaps" },
      "pulumi-swarm:adoptNetwork",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
} satisfies Partial<WrongSettings<keyof Settings>>;
