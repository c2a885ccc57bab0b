import { escapeControlCharacters } from "../../core/escape-control-characters.ts";
import type { HostReport } from "./hosts.ts";
import type { NetworkReport, ServiceReport, StatusReport, TaskReport } from "./model.ts";
import type { StoreReport } from "./store.ts";
import { renderFacts, renderTable } from "../lib/table.ts";

/** Formats the report for people: `docker network inspect`, `service ls`, `service ps` and `mc admin info` in one. */
export function renderStatus(report: StatusReport): string {
  const { stack, hosts, manager, network, services, tasks, store, problems } = report;
  const unlessUnknown = (text: string) => (manager === undefined ? "unknown: no manager answers" : text);
  const parts = [
    `Stack ${stack}`,
    section("Hosts", renderHosts(hosts)),
    section("Network", unlessUnknown(network ? renderFacts(networkFacts(network, manager)) : "missing")),
    section("Services", unlessUnknown(renderServices(services))),
    section("Tasks", unlessUnknown(renderTasks(tasks))),
    section("Store", renderStore(store)),
    problems.length === 0 ? "No problems." : ["Problems:", ...problems.map((line) => `  ${line}`)].join("\n"),
  ];
  return escapeControlCharacters(parts.join("\n\n"));
}

const section = (title: string, text: string) => `${title}\n${text}`;

function renderHosts(hosts: readonly HostReport[]): string {
  if (hosts.length === 0) return "none";
  const rows = hosts.map(({ key, hostname, role, leader, state, availability, engineVersion, engine, reachable }) => [
    key,
    hostname ?? "",
    leader ? `${role}, leader` : role,
    [state, ...(availability === undefined || availability === "active" ? [] : [availability])].join(", "),
    engineVersion ?? "",
    engine,
    reachable ? "yes" : "no",
  ]);
  return renderTable(["host", "hostname", "role", "node", "engine", "address", "reachable"], rows);
}

/** Returns the properties of the network by name. */
export function networkFacts(network: NetworkReport, manager = ""): Record<string, string[]> {
  return {
    name: [network.name],
    id: [network.id],
    scope: [network.scope],
    driver: [network.driver],
    encrypted: [yesNo(network.encrypted)],
    attachable: [yesNo(network.attachable)],
    internal: [yesNo(network.internal)],
    subnet: network.subnets,
    gateway: network.gateways,
    "VXLAN id": network.vxlanIds,
    labels: Object.entries(network.labels).map(([key, value]) => `${key}=${value}`),
    peers: network.peers.map(({ name, address }) => `${name} ${address}`),
    [`attached on ${manager}`]: network.containers.map(({ name, address, mac }) => `${name} ${address} ${mac}`),
  };
}

const yesNo = (value: boolean) => (value ? "yes" : "no");

function renderServices(services: readonly ServiceReport[]): string {
  if (services.length === 0) return "none";
  const rows = services.map(({ id, name, mode, running, desired, image, ports, update }) => [
    shortId(id),
    name,
    mode,
    `${running}/${desired}`,
    shortImage(image),
    ports.join("\n"),
    update ?? "",
  ]);
  return renderTable(["id", "name", "mode", "running", "image", "ports", "last update"], rows);
}

function renderTasks(tasks: readonly TaskReport[]): string {
  if (tasks.length === 0) return "none";
  const rows = tasks.map((task) => [
    shortId(task.id),
    task.name,
    task.node,
    task.desired,
    `${task.state} ${formatAge(task.ageSeconds)} ago`,
    task.addresses.join("\n"),
    task.error ?? "",
  ]);
  return renderTable(["id", "name", "node", "desired", "state", "addresses", "error"], rows);
}

function renderStore({ writable, endpoints, servers, error }: StoreReport): string {
  const drives = servers.flatMap(({ endpoint, state, uptimeSeconds, version, drives: own }) =>
    own.map((drive, index) => [
      index === 0 ? endpoint : "",
      index === 0 ? `${state} for ${formatAge(uptimeSeconds)}, ${version}` : "",
      drive.path,
      drive.state,
      `${formatSize(drive.usedBytes)} of ${formatSize(drive.totalBytes)}`,
      `${drive.pool + 1}/${drive.set + 1}`,
    ]),
  );
  return [
    error === undefined ? `has ${writable ? "" : "no "}write quorum` : `state unknown: ${error}`,
    ...Object.entries(endpoints).map(([host, { url, answer }]) => `endpoint ${host} ${url}: ${answer}`),
    ...(error === undefined
      ? [renderTable(["server", "state", "drive", "state", "disk used", "pool/set"], drives)]
      : []),
  ].join("\n");
}

/** Shortens an id as the docker CLI does. */
const shortId = (id: string) => id.slice(0, 12);

/** Shortens the digest of an image, and keeps its name. */
export function shortImage(image: string): string {
  return image.replace(/sha256:([0-9a-f]{12})[0-9a-f]+/, "sha256:$1…");
}

/** Formats a duration: `42 s`, `5 min`, `3 h`, `2 d`. */
export function formatAge(seconds: number): string {
  const units: [number, string][] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
  ];
  const [length, unit] = units.find(([limit]) => seconds >= limit) ?? [1, "s"];
  return `${Math.floor(seconds / length)} ${unit}`;
}

/** Formats a size: `1.5 GiB`. */
export function formatSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}
