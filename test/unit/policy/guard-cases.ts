import {
  type Case,
  dockerContainer,
  dockerService,
  firewall,
  from,
  hostNetwork,
  instance,
  joined,
  labelled,
  macvlan,
  network,
  onNetwork,
  onNodes,
  resource,
  settings,
  STORE_ARGS,
  swarmService,
} from "./resources.ts";

export const unguardedPortCases: Case[] = [
  ["nothing published", [swarmService({})], undefined],
  ["published and protected by a firewall", [swarmService({}, [9000, 9001]), firewall([9000, 9001])], undefined],
  ["published", [swarmService({}, [9000, 9001])], /^ports 9000, 9001 are published on all addresses/],
  ["one of two ports protected", [swarmService({}, [9000, 9001]), firewall([9000])], /^ports 9001 are/],
  ["a docker.Service", [dockerService({}, [80])], /^ports 80 are/],
  ["a docker.Container on loopback", [dockerContainer({ ports: [{ external: 80, ip: "127.0.0.1" }] })], undefined],
  [
    "a docker.Container on all addresses",
    [dockerContainer({ ports: [{ external: 80, ip: "0.0.0.0" }] })],
    /^ports 80 are/,
  ],
  [
    "behind security groups",
    [onNodes(["a", "b"], swarmService({}, [9000])), instance, joined("a", instance), joined("b", instance)],
    undefined,
  ],
  [
    "an instance that is not a host",
    [onNodes(["a"], swarmService({}, [9000])), instance, joined("a")],
    /^ports 9000 are/,
  ],
  [
    "one host of two behind security groups",
    [onNodes(["a", "b"], swarmService({}, [9000])), instance, joined("a", instance), joined("b")],
    /^ports 9000 are/,
  ],
  [
    "one host of two behind security groups, the other with a firewall",
    [
      onNodes(["a", "b"], swarmService({}, [9000])),
      instance,
      joined("a", instance),
      joined("b"),
      firewall([9000], [], "b"),
    ],
    undefined,
  ],
  [
    "a firewall on another host",
    [onNodes(["a"], swarmService({}, [9000])), firewall([9000], [], "b")],
    /^ports 9000 are/,
  ],
  [
    "a firewall on one of two hosts",
    [onNodes(["a", "b"], swarmService({}, [9000])), firewall([9000])],
    /^ports 9000 are/,
  ],
  [
    "firewalls on both hosts",
    [onNodes(["a", "b"], swarmService({}, [9000])), firewall([9000]), firewall([9000], [], "b")],
    undefined,
  ],
  [
    "a firewall of its own component on its own hosts",
    [
      { ...onNodes(["a", "b"], swarmService({}, [9000])), parent: "urn::store" },
      { ...firewall([9000]), parent: "urn::store" },
    ],
    undefined,
  ],
  [
    "a firewall on the host that its constraints select",
    [
      onNodes(["a", "b"], swarmService({}, [9000]), ["node.labels.web==yes"]),
      ...[settings("a", { web: "yes" }), settings("b", { web: "no" }), firewall([9000])],
    ],
    undefined,
  ],
  [
    "a firewall on a host that its constraints exclude",
    [
      onNodes(["a", "b"], swarmService({}, [9000]), ["node.labels.web==yes"]),
      ...[settings("a", { web: "yes" }), settings("b", { web: "no" }), firewall([9000], [], "b")],
    ],
    /^ports 9000 are/,
  ],
  [
    "a firewall on the host with a label of its Host that its constraints select",
    [
      onNodes(["a", "b"], swarmService({}, [9000]), ["node.labels.web==yes"]),
      ...[labelled("a", { web: "yes" }), labelled("b", { web: "no" }), firewall([9000])],
    ],
    undefined,
  ],
  [
    "a firewall on another host than the one that its constraint names",
    [
      onNodes(["a", "b"], swarmService({}, [9000]), ["node.hostname==far"]),
      resource("swarm:index:Host", { key: "a", hostname: "far" }),
      firewall([9000], [], "b"),
    ],
    /^ports 9000 are/,
  ],
  [
    "the routing mesh, with a firewall on one of two hosts",
    [
      (() => {
        const one = onNodes(["a", "b"], swarmService({}), ["node.hostname==a"]);
        const EndpointSpec = { Ports: [{ PublishedPort: 9000, PublishMode: "ingress" }] };
        return { ...one, props: { ...one.props, spec: { ...(one.props["spec"] as object), EndpointSpec } } };
      })(),
      firewall([9000]),
    ],
    /^ports 9000 are/,
  ],
  [
    "a docker.Service, with a firewall on one of two hosts",
    [dockerService({}, [80]), joined("a"), joined("b"), firewall([80])],
    /^ports 80/,
  ],
  [
    "a port that Swarm chooses",
    [
      resource("swarm:index:Service", {
        spec: { TaskTemplate: { ContainerSpec: {} }, EndpointSpec: { Ports: [{ TargetPort: 80 }] } },
      }),
    ],
    /^ports chosen by the engine are published/,
  ],
  ["a port that Docker chooses", [dockerContainer({ ports: [{ internal: 80 }] })], /^ports chosen by the engine/],
  ["all ports of an image", [dockerContainer({ publishAllPorts: true })], /^ports chosen by the engine/],
  ["a docker.Container on its host's network", [dockerContainer({ networkMode: "host" })], /^is on the host network/],
  [
    "a docker.Service on its hosts' network",
    [
      resource("docker:index/service:Service", {
        taskSpec: { containerSpec: {}, networksAdvanceds: [{ name: "host" }] },
      }),
    ],
    /^is on the host network/,
  ],
  [
    "a SwarmService on its hosts' network",
    [onNetwork("host", swarmService({}))],
    /^is on the host network, with ports chosen by the engine/,
  ],
  [
    "a store on a HostNetwork",
    [hostNetwork, from("spec", [hostNetwork], swarmService({ Args: STORE_ARGS }))],
    /^is on the host network, with ports 9000, 9001 open on all/,
  ],
  [
    "a store on a HostNetwork, with a firewall",
    [
      hostNetwork,
      onNodes(["a"], from("spec", [hostNetwork], swarmService({ Args: STORE_ARGS }))),
      firewall([9000, 9001]),
    ],
    undefined,
  ],
  [
    "a service on a macvlan network",
    [macvlan, from("spec", [macvlan], swarmService({}))],
    /^is reachable on its macvlan network/,
  ],
  [
    "a docker.Container on an ipvlan network",
    (() => {
      const ipvlan = network({ driver: "ipvlan" });
      return [ipvlan, from("networksAdvanced", [ipvlan], dockerContainer({}))];
    })(),
    /^is reachable on its ipvlan network/,
  ],
  [
    "a service on an overlay network",
    (() => {
      const overlay = network({ driver: "overlay" });
      return [overlay, from("spec", [overlay], swarmService({}))];
    })(),
    undefined,
  ],
];
