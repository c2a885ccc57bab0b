import { type Answer, askStore, type StoreAddress, toldByStore } from "./admin-client.ts";
import { ResourceError } from "../runtime/values.ts";

/** MinIO's own, by which sites replicate to each other. */
const REPLICATION = "site-replicator-0";

/**
 * Returns the access keys of the user's service accounts. They have secret keys of their own, which another secret key
 * of the user leaves valid.
 */
export async function serviceAccountsOf(store: StoreAddress, user: string): Promise<string[]> {
  const answer = await listed(store, user);
  if (!answer.ok) throw new ResourceError(`service accounts of ${user}: ${answer.message}`);
  const { svcaccs } = answer.value;
  return (svcaccs ?? [])
    .map(({ accessKey }) => accessKey)
    .filter((key) => key !== REPLICATION)
    .toSorted();
}

/** Removes the user's service accounts and returns their access keys. */
export async function revokeServiceAccounts(store: StoreAddress, user: string): Promise<string[]> {
  const keys = await serviceAccountsOf(store, user);
  for (const key of keys) await toldByStore(store, ["admin", "accesskey", "rm", "local", key]);
  return keys;
}

interface Listed {
  svcaccs?: { accessKey: string }[] | null;
}

async function listed(store: StoreAddress, user: string): Promise<Answer<Listed>> {
  return askStore<Listed>(store, ["admin", "accesskey", "ls", "local", user]);
}
