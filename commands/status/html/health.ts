import type { HostReport } from "../hosts.ts";
import type { ServiceReport, StatusReport, TaskReport } from "../model.ts";

/** The health of a part of the stack. Each has an icon and a label, so that colour is not the only difference. */
export type Health = "good" | "warn" | "bad" | "unknown";

/** A figure at the top of the page, which sums up a part of the stack. */
export interface Figure {
  title: string;
  value: string;
  note: string;
  health: Health;
}

export function hostHealth({ state, availability, reachable }: HostReport): Health {
  if (state === "unknown") return reachable ? "unknown" : "bad";
  if (state !== "ready" || !reachable) return "bad";
  return availability === undefined || availability === "active" ? "good" : "warn";
}

export function taskHealth({ state, desired }: TaskReport): Health {
  if (state === "running") return desired === "running" ? "good" : "warn";
  if (["failed", "rejected", "orphaned"].includes(state)) return "bad";
  // It ended as desired.
  return desired === "shutdown" ? "unknown" : "warn";
}

export function serviceHealth({ running, desired }: ServiceReport): Health {
  if (running >= desired && running > 0) return "good";
  return running > 0 ? "warn" : "bad";
}

export function stateHealth(state: string, good: string): Health {
  return state === good ? "good" : "bad";
}

export function figures({ hosts, manager, network, services, store }: StatusReport): Figure[] {
  const ready = hosts.filter((host) => ["good", "warn"].includes(hostHealth(host))).length;
  const managers = hosts.filter(({ role }) => role === "manager").length;
  const sum = (count: (service: ServiceReport) => number) => services.reduce((all, one) => all + count(one), 0);
  const [running, desired] = [sum((one) => one.running), sum((one) => one.desired)];
  const drives = store.servers.flatMap((server) => server.drives);
  const working = drives.filter(({ state }) => state === "ok").length;
  const isKnown = manager !== undefined;
  return [
    {
      title: "Hosts",
      value: `${ready} of ${hosts.length}`,
      note: `ready and reachable; ${managers} ${managers === 1 ? "manager" : "managers"}`,
      health: ready === hosts.length && hosts.length > 0 ? "good" : "bad",
    },
    {
      title: "Network",
      value: network ? (network.encrypted ? "encrypted" : "not encrypted") : isKnown ? "missing" : "unknown",
      note: network ? network.subnets.join(", ") : isKnown ? "recreate it with npm run up" : "no manager answers",
      health: network ? (network.encrypted ? "good" : "warn") : isKnown ? "bad" : "unknown",
    },
    {
      title: "Tasks",
      value: isKnown ? `${running} of ${desired}` : "unknown",
      note: isKnown
        ? `running, of ${services.length} ${services.length === 1 ? "service" : "services"}`
        : "no manager answers",
      health: !isKnown ? "unknown" : running >= desired && running > 0 ? "good" : running > 0 ? "warn" : "bad",
    },
    {
      title: "Drives",
      value: store.error === undefined ? `${working} of ${drives.length}` : "unknown",
      note: store.error === undefined ? "online" : "the store does not answer",
      health: store.error !== undefined ? "unknown" : working === drives.length && working > 0 ? "good" : "warn",
    },
    {
      title: "Store",
      value: store.writable ? "write quorum" : store.error === undefined ? "no write quorum" : "unknown",
      note: store.writable ? "objects can be read and written" : "objects cannot be written",
      health: store.writable ? "good" : "bad",
    },
  ];
}
