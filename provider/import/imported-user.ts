import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { StoreLocation } from "../minio/admin-client.ts";
import { inspectUser } from "../minio/user-info.ts";
import { ResourceError } from "../runtime/errors.ts";
import { locateImported } from "./imported-store.ts";

/**
 * Returns a user of a store as inputs, without the secret key, which MinIO does not return; undefined if it does not exist.
 *
 * @param id the access key, or `store/access key` if the Swarm has several stores
 * @throws ResourceError if a state owns it
 */
export async function inspectImportedUser(
  id: string,
  connection: EngineConnection,
): Promise<{ store: StoreLocation; accessKey: string; policies: string[]; enabled: boolean } | undefined> {
  const { store, name: accessKey } = await locateImported("user", id, connection);
  const live = await inspectUser(store, accessKey);
  if (!live) return undefined;
  const [project, stack] = ownerOf(accessKey, live.policies) ?? [];
  if (project === undefined) return { store, accessKey, ...live };
  throw new ResourceError(
    `user ${accessKey}: cannot be imported: it belongs to another state: project ${project}, stack ${stack}: ` +
      "use the state that created it, or declare a MinioUser with adopt: true",
  );
}

/** Returns project and stack of the state that owns a user, which its policy names: see `policyPrefix`. */
export function ownerOf(accessKey: string, policies: readonly string[]): string[] | undefined {
  const named = policies.map((policy) => policy.split(":"));
  return named.find((parts) => parts.length === 4 && parts[3] === accessKey)?.map(decodeURIComponent);
}
