import type { Settings } from "../../../stacks/settings.ts";
import { invalid, type InvalidSettings } from "./expected-refusal.ts";

/** Wrong settings of the network. */
export const INVALID_NETWORK_SETTINGS = {
  driver: [
    invalid("a driver that is not there", { driver: "vxlan" }, "driver", '"vxlan"', '"overlay"'),
    invalid(
      "a driver that needs addresses from outside",
      { driver: "macvlan", link: { parent: "eth1", ipRange: "10.50.0.0/28" } },
      "pulumi-swarm:subnet",
      "is missing",
      "give the addresses",
    ),
  ],
  networkMode: [
    invalid(
      "a mode of another driver's",
      { networkMode: "l2" },
      "pulumi-swarm:networkMode",
      "driver overlay",
      "pulumi config rm",
    ),
  ],
  link: [
    invalid(
      "a link of a network that has none",
      { link: { parent: "eth1" } },
      "pulumi-swarm:link",
      "driver overlay",
      "remove it",
    ),
    invalid(
      "no link of a network that needs one",
      { driver: "macvlan", subnet: "10.50.0.0/24" },
      "pulumi-swarm:link",
      "is missing",
      "give { parent: <device>",
    ),
  ],
  networkName: [
    invalid(
      "a network name with blanks",
      { networkName: "my network" },
      "networkName",
      '"my network"',
      "choose such a name",
    ),
    invalid(
      "the name of one of Docker's own networks",
      { networkName: "ingress" },
      "networkName",
      '"ingress"',
      "choose another",
    ),
  ],
  subnet: [
    invalid("a subnet that is no CIDR block", { subnet: "10.20.0" }, "subnet", '"10.20.0"', "10.20.0.0/24"),
    invalid(
      "a subnet with bits beyond its prefix",
      { subnet: "10.20.0.5/24" },
      "subnet",
      '"10.20.0.5/24"',
      "write 10.20.0.0/24",
    ),
    invalid("a subnet of IPv6", { subnet: "fd00:20::/64" }, "subnet", '"fd00:20::/64"', "give an IPv4 one"),
    invalid(
      "a subnet too narrow to live in",
      { subnet: "10.20.0.0/30" },
      "subnet",
      '"10.20.0.0/30"',
      "for instance /24",
    ),
    invalid("a subnet of multicast addresses", { subnet: "224.1.0.0/24" }, "subnet", '"224.1.0.0/24"', "10.0.0.0/8"),
  ],
  gateway: [
    invalid("a gateway of no subnet", { gateway: "10.20.0.1" }, "gateway", '"10.20.0.1"', "give `subnet` too"),
    invalid(
      "a gateway that is no address",
      { subnet: "10.20.0.0/24", gateway: "router" },
      "gateway",
      '"router"',
      "10.20.0.1",
    ),
    invalid(
      "a gateway outside the subnet",
      { subnet: "10.20.0.0/24", gateway: "10.21.0.1" },
      "gateway",
      '"10.21.0.1"',
      "10.20.0.1",
    ),
    invalid(
      "the broadcast address as a gateway",
      { subnet: "10.20.0.0/24", gateway: "10.20.0.255" },
      "gateway",
      '"10.20.0.255"',
      "give 10.20.0.1",
    ),
  ],
  mtu: [invalid("packets too small", { mtu: 68 }, "mtu", "68", "576 to 65535")],
  encrypted: [
    invalid(
      "a setting of another kind",
      { encrypted: "perhaps" },
      "pulumi-swarm:encrypted",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
  attachable: [
    invalid(
      "a setting of another kind",
      { attachable: "perhaps" },
      "pulumi-swarm:attachable",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
  adoptNetwork: [
    invalid(
      "a setting of another kind",
      { adoptNetwork: "perhaps" },
      "pulumi-swarm:adoptNetwork",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
} satisfies Partial<InvalidSettings<keyof Settings>>;
