import { type McResult, mcTry, type StoreLocation, mc } from "./admin-client.ts";
import { ResourceError } from "../runtime/errors.ts";

/** MinIO's own service account for site replication. */
const SITE_REPLICATION_ACCOUNT = "site-replicator-0";

/**
 * Returns the access keys of the user's service accounts. Their own secret keys remain valid when the user's secret key
 * changes.
 */
export async function listServiceAccounts(store: StoreLocation, user: string): Promise<string[]> {
  const result = await listed(store, user);
  if (!result.ok) throw new ResourceError(`service accounts of ${user}: ${result.message}`);
  const { svcaccs } = result.value;
  return (svcaccs ?? [])
    .map(({ accessKey }) => accessKey)
    .filter((key) => key !== SITE_REPLICATION_ACCOUNT)
    .toSorted();
}

/** Removes the user's service accounts and returns their access keys. */
export async function revokeServiceAccounts(store: StoreLocation, user: string): Promise<string[]> {
  const keys = await listServiceAccounts(store, user);
  for (const key of keys) await mc(store, ["admin", "accesskey", "rm", "local", key]);
  return keys;
}

interface McAccessKeys {
  svcaccs?: { accessKey: string }[] | null;
}

async function listed(store: StoreLocation, user: string): Promise<McResult<McAccessKeys>> {
  return mcTry<McAccessKeys>(store, ["admin", "accesskey", "ls", "local", user]);
}
