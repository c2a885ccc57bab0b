import type {
  NodeSpec,
  SecretDetails,
  ServiceSpec,
  SwarmInitRequest,
  SwarmJoinRequest,
  SwarmSpec,
} from "../../engine/types.ts";
import { type FakeResponse, notFound, ok, ApiError } from "./response.ts";
import * as containers from "./containers.ts";
import type { FakeEngine } from "./engine.ts";
import { hasLabel, applyFilters, nameContains } from "./filters.ts";
import { init, join, leave, unlock } from "./membership.ts";
import * as networks from "./networks.ts";
import { now, RECORDED, newSwarmId } from "./recorded.ts";
import type { FakeSwarm } from "./swarm.ts";

/** A parsed request to an engine. */
export interface ApiCall {
  engine: FakeEngine;
  /** Method and path without the API version: `GET /info`. */
  route: string;
  query: URLSearchParams;
  body: unknown;
}

type Route = (call: ApiCall, id: string) => FakeResponse;
type ManagerRoute = (swarm: FakeSwarm, id: string, call: ApiCall) => unknown;

/** Supported API versions: those of the recorded engine. */
export const API = { min: "1.12", max: "1.41" };

const version = ({ query }: ApiCall) => Number(query.get("version"));
const isSet = ({ query }: ApiCall, name: string) => ["true", "1"].includes(query.get(name) ?? "");

/** Wraps a route that only a manager with a leader answers. */
const managed =
  (act: ManagerRoute, status = 200): Route =>
  (call, id) =>
    ok(act(call.engine.requireSwarm(), id, call), status);

const objects = (kind: "secret" | "config"): Record<string, Route> => {
  const all = (swarm: FakeSwarm) => (kind === "secret" ? swarm.secrets : swarm.configs);
  const one = (swarm: FakeSwarm, id: string) => {
    const found = all(swarm).get(id) ?? [...all(swarm).values()].find(({ Spec }) => Spec.Name === id);
    if (!found) throw notFound(kind, id);
    return found;
  };
  return {
    [`GET /${kind}s`]: managed((swarm, _id, { query }) =>
      applyFilters([...all(swarm).values()], query, {
        name: ({ Spec }, name) => Spec.Name.includes(name),
        label: hasLabel,
      }),
    ),
    [`GET /${kind}s/:id`]: managed(one),
    [`POST /${kind}s/create`]: managed((swarm, _id, { body }) => {
      const { Data, ...asked } = body as SecretDetails["Spec"] & { Data?: string };
      // Engines return the data of configs, but not of secrets.
      const Spec = kind === "config" ? { ...asked, Data } : asked;
      if ([...all(swarm).values()].some((other) => other.Spec.Name === Spec.Name)) {
        throw new ApiError(409, `rpc error: code = AlreadyExists desc = ${kind} ${Spec.Name} already exists`);
      }
      const ID = newSwarmId();
      all(swarm).set(ID, { ID, Version: swarm.nextVersion(), ...{ CreatedAt: now(), UpdatedAt: now() }, Spec });
      return { ID };
    }, 201),
    [`DELETE /${kind}s/:id`]: managed((swarm, id) => {
      const { ID, Spec } = one(swarm, id);
      const users = [...swarm.services.all.values()].filter(({ Spec: { TaskTemplate } }) => {
        const { Secrets = [], Configs = [] } = TaskTemplate.ContainerSpec;
        return Secrets.some(({ SecretID }) => SecretID === ID) || Configs.some(({ ConfigID }) => ConfigID === ID);
      });
      if (users.length > 0) {
        const list = `${users.length > 1 ? "services" : "service"}: ${users.map((user) => user.Spec.Name).join(", ")}`;
        throw new ApiError(
          400,
          `rpc error: code = InvalidArgument desc = ${kind} '${Spec.Name}' is in use by the following ${list}`,
        );
      }
      all(swarm).delete(ID);
    }, 204),
  };
};

const nodes: Record<string, Route> = {
  "GET /nodes": managed((swarm, _id, { query }) =>
    applyFilters(
      [...swarm.nodes.values()].map((node) => swarm.asSeenByManagers(node)),
      query,
      {
        role: ({ ManagerStatus }, role) => (ManagerStatus ? "manager" : "worker") === role,
        name: ({ Description }, name) => Description.Hostname.startsWith(name),
      },
    ),
  ),
  "GET /nodes/:id": managed((swarm, id) => swarm.asSeenByManagers(swarm.node(id))),
  "POST /nodes/:id/update": managed((swarm, id, call) => swarm.updateNode(id, version(call), call.body as NodeSpec)),
  "DELETE /nodes/:id": managed((swarm, id, call) => swarm.removeNode(id, isSet(call, "force"))),
};

const services: Record<string, Route> = {
  "GET /services": managed((swarm, _id, { query }) =>
    applyFilters(
      [...swarm.services.all.values()].map((service) => containers.withServiceStatus(swarm, service)),
      query,
      {
        name: ({ Spec }, name) => Spec.Name.startsWith(name),
        id: ({ ID }, id) => ID.startsWith(id),
        label: hasLabel,
      },
    ),
  ),
  "POST /services/create": managed(
    ({ services }, _id, { body }) => ({ ID: services.create(body as ServiceSpec) }),
    201,
  ),
  "GET /services/:id": managed(({ services }, id) => services.get(id)),
  "POST /services/:id/update": managed(({ services }, id, call) => {
    services.update(id, version(call), call.body as ServiceSpec);
    return { Warnings: null };
  }),
  "DELETE /services/:id": managed(({ services }, id) => services.remove(id)),
  "GET /tasks": managed(({ services }, _id, { query }) =>
    applyFilters([...services.tasks.all.values()], query, {
      service: ({ ServiceID }, id) => ServiceID === services.get(id).ID,
      node: ({ NodeID }, id) => NodeID === id,
      "desired-state": ({ DesiredState }, state) => DesiredState === state,
    }),
  ),
  "GET /tasks/:id/logs": (call, id) => containers.taskLog(call.engine.requireSwarm(), id),
};

const swarms: Record<string, Route> = {
  "GET /swarm": managed((swarm) => swarm.inspect()),
  "POST /swarm/init": ({ engine, body }) => init(engine, body as SwarmInitRequest),
  "POST /swarm/join": ({ engine, body }) => join(engine, body as SwarmJoinRequest),
  "POST /swarm/leave": (call) => leave(call.engine, isSet(call, "force")),
  "POST /swarm/update": managed((swarm, _id, call) =>
    swarm.update(version(call), call.body as SwarmSpec, (what) => isSet(call, what)),
  ),
  "GET /swarm/unlockkey": managed((swarm) => ({ UnlockKey: swarm.hasAutolock ? swarm.unlockKey : "" })),
  "POST /swarm/unlock": ({ engine, body }) => unlock(engine, (body as { UnlockKey: string }).UnlockKey),
};

const engines: Record<string, Route> = {
  "GET /_ping": () => ({ status: 200, bytes: Buffer.from("OK") }),
  "GET /version": () =>
    ok({ Version: RECORDED.inside.info.ServerVersion, ApiVersion: API.max, MinAPIVersion: API.min }),
  "GET /info": ({ engine }) => ok(engine.info()),
  "GET /volumes": ({ engine, query }) =>
    ok({
      Volumes: applyFilters(engine.volumes, query, { name: nameContains("Name"), label: hasLabel }),
      Warnings: null,
    }),
  "GET /images/:id/json": ({ engine }, id) => {
    if (!engine.images.has(id)) throw new ApiError(404, `no such image: ${id}: No such image: ${id}:latest`);
    return ok({ Id: id, RepoTags: [id] });
  },
};

const ROUTES = Object.entries({
  ...{ ...engines, ...swarms, ...nodes, ...services, ...objects("secret"), ...objects("config") },
  ...{ ...networks.routes, ...containers.routes },
}).map(([pattern, route]) => ({
  pattern: new RegExp(`^${pattern.replace(":id", pattern.includes("/images/") ? "(.+)" : "([^/]+)")}$`),
  route,
}));

/** Returns an engine's response. An unknown request is an error, never an empty response. */
export function handle(call: ApiCall): FakeResponse {
  try {
    for (const { pattern, route } of ROUTES) {
      const [match, id = ""] = pattern.exec(call.route) ?? [];
      if (match !== undefined) return route(call, decodeURIComponent(id));
    }
    throw new ApiError(501, `the fake Swarm does not implement ${call.route}`);
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, body: { message: error.message } };
    throw error;
  }
}
