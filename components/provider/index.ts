/**
 * The resources' code, by kind. Pulumi's own process loads this module through the permanent address
 * `pulumi-swarm/provider`; nothing here needs the Pulumi SDK.
 */
export { Cluster } from "./cluster.ts";
export { Host } from "./host.ts";
export { Member } from "./member.ts";
export { NodeSettings } from "./node-settings.ts";
export { Preflight } from "./preflight.ts";
export { RootCredentials } from "./root-credentials.ts";
export { Service } from "./service.ts";
