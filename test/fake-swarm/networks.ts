import type { NetworkDetails, NetworkRequest } from "../../engine/types.ts";
import { type Answer, ok, Refused } from "./answer.ts";
import type { FakeEngine } from "./engine.ts";
import { labelled, listed, named } from "./filters.ts";
import { engineId, now, swarmId } from "./recorded.ts";
import type { Call } from "./routes.ts";
import type { FakeSwarm } from "./swarm.ts";

/** An overlay network has an id of its own in what nodes send each other. */
const VXLAN = { "com.docker.network.driver.overlay.vxlanid_list": "4097" };

const DEFAULT_IPAM = { Driver: "default", Options: null, Config: [{ Subnet: "10.0.1.0/24", Gateway: "10.0.1.1" }] };

const PREDEFINED = ["bridge", "host", "none"];

/** An engine knows its own networks, and those of the Swarm that it manages or that come with every node. */
function seenBy({ swarm, state, manages, hasLeader, localNetworks }: FakeEngine): NetworkDetails[] {
  const shared = swarm && state === "active" ? [...swarm.networks.values()] : [];
  return [...shared.filter(({ Ingress }) => Ingress || (manages && hasLeader)), ...localNetworks];
}

function found({ engine, query }: Call, id: string): NetworkDetails {
  const scope = query.get("scope");
  const fits = (one: NetworkDetails) => (one.Id === id || one.Name === id) && (!scope || one.Scope === scope);
  const network = seenBy(engine).find(fits);
  if (!network) throw new Refused(404, `network ${id} not found`);
  return network;
}

function create(engine: FakeEngine, request: NetworkRequest): Answer {
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
  if (seenBy(engine).some((one) => one.Name === Name)) {
    throw new Refused(409, `network with name ${Name} already exists`);
  }
  const network: NetworkDetails & { EnableIPv6: boolean } = {
    ...{ Id: isShared ? swarmId() : engineId(), Name, Driver, Attachable, ConfigOnly, Created: now() },
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
  if (isShared) engine.managed().networks.set(network.Id, network);
  else engine.localNetworks.push(network);
  return ok({ Id: network.Id, Warning: "" }, 201);
}

function remove(call: Call, id: string): Answer {
  const { engine } = call;
  const network = found(call, id);
  if (PREDEFINED.includes(network.Name)) {
    throw new Refused(403, `${network.Name} is a pre-defined network and cannot be removed`);
  }
  if (network.Scope === "swarm") {
    const swarm = engine.managed();
    const [user] = usersOf(swarm, network.Id);
    if (user) {
      throw new Refused(400, `rpc error: code = FailedPrecondition desc = network ${network.Id} is in use by ${user}`);
    }
    swarm.networks.delete(network.Id);
  }
  engine.localNetworks.splice(0, Infinity, ...engine.localNetworks.filter((one) => one !== network));
  return ok(undefined, 204);
}

function usersOf({ services }: FakeSwarm, id: string): string[] {
  const all = [...services.all.values()].filter(({ Spec }) =>
    Spec.TaskTemplate.Networks?.some((one) => one.Target === id),
  );
  const tasks = [...services.tasks.all.values()].filter((task) =>
    task.NetworksAttachments?.some(({ Network }) => Network.ID === id),
  );
  return [...all.map(({ ID }) => `service ${ID}`), ...tasks.map(({ ID }) => `task ${ID}`)];
}

export const routes: Record<string, (call: Call, id: string) => Answer> = {
  "GET /networks": ({ engine, query }) =>
    ok(
      listed(seenBy(engine), query, {
        ...{ name: named("Name"), label: labelled, scope: ({ Scope }, scope) => Scope === scope },
        driver: ({ Driver }, driver) => Driver === driver,
        type: ({ Name }, type) => PREDEFINED.includes(Name) === (type === "builtin"),
      }),
    ),
  "POST /networks/create": ({ engine, body }) => create(engine, body as NetworkRequest),
  "GET /networks/:id": (call, id) => ok(found(call, id)),
  "DELETE /networks/:id": remove,
};
