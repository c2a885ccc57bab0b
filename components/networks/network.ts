import type { BridgeNetwork } from "./bridge/bridge-network.ts";
import type { HostNetwork } from "./host-network.ts";
import type { IpvlanNetwork } from "./ipvlan-network.ts";
import type { MacvlanNetwork } from "./macvlan-network.ts";
import type { OverlayNetwork } from "./overlay/overlay-network.ts";

/** A network of a Swarm, of any driver. */
export type SwarmNetwork = OverlayNetwork | MacvlanNetwork | IpvlanNetwork | BridgeNetwork | HostNetwork;
