import { overlaps } from "../../core/networks/cidr.ts";
import type { NetworkDetails, NetworkRequest } from "../../engine/types.ts";
import { type FakeResponse, ok, ApiError } from "./response.ts";
import type { FakeEngine } from "./engine.ts";
import { hasLabel, applyFilters, nameContains } from "./filters.ts";
import { newEngineId, now, newSwarmId } from "./recorded.ts";
import type { ApiCall } from "./routes.ts";
import type { FakeSwarm } from "./swarm.ts";

/** An overlay network has a VXLAN id. */
const VXLAN = { "com.docker.network.driver.overlay.vxlanid_list": "4097" };

const DEFAULT_IPAM = { Driver: "default", Options: null, Config: [{ Subnet: "10.0.1.0/24", Gateway: "10.0.1.1" }] };

const PREDEFINED = ["bridge", "host", "none"];

/** Returns an engine's local networks, the ingress network, and on a manager all networks of the Swarm. */
function visibleNetworks({ swarm, state, isManager, hasLeader, localNetworks }: FakeEngine): NetworkDetails[] {
  const shared = swarm && state === "active" ? [...swarm.networks.values()] : [];
  return [...shared.filter(({ Ingress }) => Ingress || (isManager && hasLeader)), ...localNetworks];
}

function findNetwork({ engine, query }: ApiCall, id: string): NetworkDetails {
  const scope = query.get("scope");
  const fits = (one: NetworkDetails) => (one.Id === id || one.Name === id) && (!scope || one.Scope === scope);
  const network = visibleNetworks(engine).find(fits);
  if (!network) throw new ApiError(404, `network ${id} not found`);
  return network;
}

function create(engine: FakeEngine, request: NetworkRequest): FakeResponse {
  const {
    Name,
    Driver = "bridge",
    Attachable = false,
    ConfigOnly = false,
    ConfigFrom,
    IPAM,
    Options,
    Labels,
  } = request;
  const isShared = request.Scope === "swarm" || Driver === "overlay";
  if (visibleNetworks(engine).some((one) => one.Name === Name)) {
    throw new ApiError(409, `network with name ${Name} already exists`);
  }
  const network: NetworkDetails & { EnableIPv6: boolean } = {
    ...{ Id: isShared ? newSwarmId() : newEngineId(), Name, Driver, Attachable, ConfigOnly, Created: now() },
    ...{
      Scope: isShared ? "swarm" : "local",
      Internal: false,
      Ingress: false,
      Options: { ...Options, ...(isShared && VXLAN) },
    },
    ...{ ConfigFrom: ConfigFrom ?? { Network: "" }, Labels: Labels ?? (isShared ? null : {}) },
    ...{ EnableIPv6: false, Containers: isShared ? null : {} },
    IPAM: { ...DEFAULT_IPAM, ...IPAM },
  };
  if (isShared) addToSwarm(engine.requireSwarm(), network, IPAM?.Config);
  else engine.localNetworks.push(network);
  return ok({ Id: network.Id, Warning: "" }, 201);
}

/** Adds a network. If its subnet overlaps with another one, Swarm gives it neither a driver nor addresses. */
function addToSwarm({ networks }: FakeSwarm, network: NetworkDetails, requested: { Subnet?: string }[] = []): void {
  const used = [...networks.values()].flatMap(({ IPAM }) => IPAM.Config ?? []);
  const isTaken = requested.some(({ Subnet: wanted = "" }) => used.some(({ Subnet = "" }) => overlaps(wanted, Subnet)));
  const unallocated = { Driver: "", IPAM: { Driver: "", Options: null, Config: null }, Options: null };
  networks.set(network.Id, isTaken ? { ...network, ...unallocated } : network);
}

function remove(call: ApiCall, id: string): FakeResponse {
  const { engine } = call;
  const network = findNetwork(call, id);
  if (PREDEFINED.includes(network.Name)) {
    throw new ApiError(403, `${network.Name} is a pre-defined network and cannot be removed`);
  }
  if (network.Scope === "swarm") {
    const swarm = engine.requireSwarm();
    const [user] = networkUsers(swarm, network.Id);
    if (user) {
      throw new ApiError(400, `rpc error: code = FailedPrecondition desc = network ${network.Id} is in use by ${user}`);
    }
    swarm.networks.delete(network.Id);
  }
  engine.localNetworks.splice(0, Infinity, ...engine.localNetworks.filter((one) => one !== network));
  return ok(undefined, 204);
}

function networkUsers({ services }: FakeSwarm, id: string): string[] {
  const all = [...services.all.values()].filter(({ Spec }) =>
    Spec.TaskTemplate.Networks?.some((one) => one.Target === id),
  );
  const tasks = [...services.tasks.all.values()].filter((task) =>
    task.NetworksAttachments?.some(({ Network }) => Network.ID === id),
  );
  return [...all.map(({ ID }) => `service ${ID}`), ...tasks.map(({ ID }) => `task ${ID}`)];
}

export const routes: Record<string, (call: ApiCall, id: string) => FakeResponse> = {
  "GET /networks": ({ engine, query }) =>
    ok(
      applyFilters(visibleNetworks(engine), query, {
        ...{ name: nameContains("Name"), label: hasLabel, scope: ({ Scope }, scope) => Scope === scope },
        driver: ({ Driver }, driver) => Driver === driver,
        type: ({ Name }, type) => PREDEFINED.includes(Name) === (type === "builtin"),
      }),
    ),
  "POST /networks/create": ({ engine, body }) => create(engine, body as NetworkRequest),
  "GET /networks/:id": (call, id) => ok(findNetwork(call, id)),
  "DELETE /networks/:id": remove,
};
