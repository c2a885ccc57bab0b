/**
 * Names the NO_PROXY of the docker plugin, which sends requests to `tcp://` engines through the proxies of its
 * environment: Pulumi has no other way to prevent this.
 */
export const DOCKER_NO_PROXY = "PULUMI_SWARM_DOCKER_NO_PROXY";
