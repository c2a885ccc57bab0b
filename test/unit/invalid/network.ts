import type { Settings } from "../../../stacks/settings.ts";
import { invalid, type InvalidSettings } from "./expected-refusal.ts";

/** Invalid settings of the network. */
export const INVALID_NETWORK_SETTINGS = {
  driver: [
    invalid("an unknown driver", { driver: "vxlan" }, "driver", '"vxlan"', '"overlay"'),
    invalid(
      "a driver that needs a subnet",
      { driver: "macvlan", link: { parent: "eth1", ipRange: "10.50.0.0/28" } },
      "pulumi-swarm:subnet",
      "is missing",
      "give the addresses",
    ),
  ],
  networkMode: [
    invalid(
      "a mode of another driver",
      { networkMode: "l2" },
      "pulumi-swarm:networkMode",
      "driver overlay",
      "pulumi config rm",
    ),
  ],
  link: [
    invalid(
      "a link of an overlay network",
      { link: { parent: "eth1" } },
      "pulumi-swarm:link",
      "driver overlay",
      "remove it",
    ),
    invalid(
      "a macvlan network without a link",
      { driver: "macvlan", subnet: "10.50.0.0/24" },
      "pulumi-swarm:link",
      "is missing",
      "give { parent: <device>",
    ),
  ],
  networkName: [
    invalid(
      "a network name with spaces",
      { networkName: "my network" },
      "networkName",
      '"my network"',
      "choose such a name",
    ),
    invalid(
      "the name of a predefined network",
      { networkName: "ingress" },
      "networkName",
      '"ingress"',
      "choose another",
    ),
  ],
  subnet: [
    invalid("a subnet that is not a CIDR block", { subnet: "10.20.0" }, "subnet", '"10.20.0"', "10.20.0.0/24"),
    invalid("a subnet with host bits", { subnet: "10.20.0.5/24" }, "subnet", '"10.20.0.5/24"', "write 10.20.0.0/24"),
    invalid("an IPv6 subnet", { subnet: "fd00:20::/64" }, "subnet", '"fd00:20::/64"', "give an IPv4 range"),
    invalid("a too small subnet", { subnet: "10.20.0.0/30" }, "subnet", '"10.20.0.0/30"', "for instance /24"),
    invalid("a subnet of multicast addresses", { subnet: "224.1.0.0/24" }, "subnet", '"224.1.0.0/24"', "10.0.0.0/8"),
  ],
  gateway: [
    invalid("a gateway without a subnet", { gateway: "10.20.0.1" }, "gateway", '"10.20.0.1"', "give `subnet` as well"),
    invalid(
      "a gateway that is not an address",
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
      "the broadcast address as the gateway",
      { subnet: "10.20.0.0/24", gateway: "10.20.0.255" },
      "gateway",
      '"10.20.0.255"',
      "give 10.20.0.1",
    ),
  ],
  mtu: [invalid("a too small MTU", { mtu: 68 }, "mtu", "68", "576 to 65535")],
  encrypted: [
    invalid(
      "a value of the wrong type",
      { encrypted: "perhaps" },
      "pulumi-swarm:encrypted",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
  attachable: [
    invalid(
      "a value of the wrong type",
      { attachable: "perhaps" },
      "pulumi-swarm:attachable",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
  adoptNetwork: [
    invalid(
      "a value of the wrong type",
      { adoptNetwork: "perhaps" },
      "pulumi-swarm:adoptNetwork",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
} satisfies Partial<InvalidSettings<keyof Settings>>;
