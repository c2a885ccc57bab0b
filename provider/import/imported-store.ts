import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { ServiceDetails } from "../../engine/types.ts";
import type { StoreLocation } from "../minio/admin-client.ts";
import { ResourceError } from "../runtime/errors.ts";
import { inspectImportedSwarm } from "./imported-swarm.ts";

/** The variable of a store's member that names the file with its client's root credentials. */
const MEMBER_VARIABLE = "MC_CONFIG_ENV_FILE=";

/**
 * Returns the location of the store that holds an object, as seen from one engine.
 *
 * @param kind what the object is
 * @param id its name, or `store/name` if the Swarm has several stores
 */
export async function locateImported(
  kind: "bucket" | "user",
  id: string,
  connection: EngineConnection,
): Promise<{ store: StoreLocation; name: string }> {
  const { engine, ...swarm } = await inspectImportedSwarm(connection);
  const [name = "", requestedStore] = id.split("/").toReversed();
  const { serviceName, serviceIds } = findStore({ kind, name, requestedStore }, await engine.listServices());
  return { name, store: { ...swarm, serviceName, serviceIds } };
}

/** Returns the name and the services of the named store, or of the only one. */
export function findStore(
  { kind, name, requestedStore }: { kind: string; name: string; requestedStore?: string },
  services: readonly ServiceDetails[],
): Pick<StoreLocation, "serviceName" | "serviceIds"> {
  const members = services.flatMap((service) => {
    const store = storeOf(service);
    return store === undefined ? [] : [{ store, service }];
  });
  const stores = [...new Set(members.map(({ store }) => store))].toSorted();
  const serviceName = requestedStore ?? (stores.length === 1 ? stores[0] : undefined);
  if (serviceName === undefined || !stores.includes(serviceName)) {
    const ids = stores.map((store) => `${store}/${name}`).join(" or ");
    const fix = ids === "" ? "the Swarm has no store of a MinioService" : `import ${ids}`;
    throw new ResourceError(
      `${kind} ${requestedStore ? `${requestedStore}/` : ""}${name}: its store is not known: ${fix}`,
    );
  }
  const own = members.filter(({ store }) => store === serviceName);
  const key = (name: string) => name.slice(serviceName.length + 1);
  return {
    serviceName,
    serviceIds: Object.fromEntries(own.map(({ service }) => [key(service.Spec.Name), service.ID])),
  };
}

/** Returns the store that a service belongs to; undefined if it does not belong to one. */
function storeOf({ Spec: { TaskTemplate } }: ServiceDetails): string | undefined {
  const isMember = TaskTemplate.ContainerSpec.Env?.some((variable) => variable.startsWith(MEMBER_VARIABLE));
  return isMember ? TaskTemplate.Networks?.[0]?.Aliases?.[0] : undefined;
}
