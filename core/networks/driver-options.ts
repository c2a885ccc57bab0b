/** Docker's option that names a host's device. */
export const PARENT_OPTION = "parent";
export const MACVLAN_MODE_OPTION = "macvlan_mode";
export const IPVLAN_MODE_OPTION = "ipvlan_mode";
export const BRIDGE_NAME_OPTION = "com.docker.network.bridge.name";
