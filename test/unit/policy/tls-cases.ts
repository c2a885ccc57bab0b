import {
  type Case,
  dockerContainer,
  dockerService,
  from,
  GATEWAY_ARGS,
  hostNetwork,
  macvlan,
  STORE_ARGS,
  swarmService,
} from "./resources.ts";

export const tlsCases: Case[] = [
  ["a store with TLS", [swarmService({ Args: [...STORE_ARGS, "--certs-dir", "/certs"] }, [9000])], undefined],
  [
    "a store in plain HTTP",
    [swarmService({ Args: STORE_ARGS }, [9000, 9001])],
    /the store's ports 9000, 9001 use plain HTTP/,
  ],
  ["a store that publishes nothing", [swarmService({ Args: STORE_ARGS })], undefined],
  ["the article's store", [dockerService({ args: ["server", "/data"] }, [9000])], /the store's ports 9000/],
  ["another server", [dockerService({ args: ["server"] }, [9000])], undefined],
  [
    "a store recognized by its command",
    [swarmService({ Command: ["minio", "server", "/data"] }, [9000])],
    /the store's ports 9000/,
  ],
  [
    "a store recognized by its program",
    [swarmService({ Command: ["minio", "server"] }, [9000])],
    /the store's ports 9000/,
  ],
  [
    "a store recognized by its variables",
    [swarmService({ Args: ["server"], Env: ["MINIO_VOLUMES=/data"] }, [9000])],
    /the store's ports 9000/,
  ],
  [
    "a store recognized by its entrypoint",
    [dockerContainer({ entrypoints: ["minio"], command: ["server", "/data"], ports: [{ external: 9000 }] })],
    /the store's ports 9000/,
  ],
  [
    "a store in a shell command",
    [dockerContainer({ command: ["sh", "-c", "exec minio server '/data'"], ports: [{ external: 9000 }] })],
    /the store's ports 9000/,
  ],
  [
    "a store in a shell command, with TLS",
    [dockerContainer({ command: ["sh", "-c", "minio server --certs-dir /c /data"], ports: [{ external: 9000 }] })],
    undefined,
  ],
  [
    "a store on a port that the engine chooses",
    [dockerContainer({ command: ["server", "/data"], ports: [{ internal: 9000 }] })],
    /the store's ports chosen by the engine use plain HTTP/,
  ],
  [
    "a container on its host's network",
    [dockerContainer({ command: ["server", "/data"], networkMode: "host" })],
    /the store's ports on the host network use plain HTTP/,
  ],
  [
    "a store on a HostNetwork",
    [hostNetwork, from("spec", [hostNetwork], swarmService({ Args: STORE_ARGS }))],
    /the store's ports on its host network use plain HTTP/,
  ],
  [
    "a store on a macvlan network",
    [macvlan, from("spec", [macvlan], swarmService({ Args: STORE_ARGS }))],
    /the store's ports on its macvlan network use plain HTTP/,
  ],
  [
    "a store on a HostNetwork with TLS",
    [hostNetwork, from("spec", [hostNetwork], swarmService({ Args: [...STORE_ARGS, "--certs-dir", "/certs"] }))],
    undefined,
  ],
  ["a gateway in plain HTTP", [swarmService({ Args: GATEWAY_ARGS, Secrets: [] }, [80])], /the gateway's ports 80/],
  [
    "a gateway with TLS",
    [swarmService({ Args: GATEWAY_ARGS, Secrets: [{ File: { Name: "/run/secrets/certificate.pem.key" } }] }, [443])],
    undefined,
  ],
];
