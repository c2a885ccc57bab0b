import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { revokeServiceAccounts } from "./service-accounts.ts";
import { hasLocationChanged, type StoreLocation } from "./admin-client.ts";
import { changedKeys } from "../runtime/diff.ts";

export interface RootServiceAccountsInputs {
  store: StoreLocation;
  /** Name of the root user. */
  user: string;
  /** Changes together with the root user or its password. */
  generation: string;
}

/**
 * Removes the service accounts of the root user when its credentials change: they have their own secret keys, which
 * MinIO keeps valid. Runs after the members have restarted and reject the previous password.
 */
export const RootServiceAccounts: ResourceHandler<RootServiceAccountsInputs> = {
  async diff(_id, olds, news) {
    const changed = changedKeys(olds, news, ["user", "generation"]);
    return { changes: changed.length > 0 || hasLocationChanged(olds.store, news.store) };
  },

  /** Keeps the service accounts of an existing store, as its password has not changed. */
  async create(inputs) {
    return { id: inputs.store.serviceName, outs: inputs };
  },

  async read(id, state) {
    if (!state) throw new Error(`service accounts of ${id} cannot be imported: they are not resources`);
    return { id, props: state };
  },

  async update(_id, olds, news) {
    if (changedKeys(olds, news, ["user", "generation"]).length > 0) {
      const revoked = await revokeServiceAccounts(news.store, news.user);
      if (revoked.length > 0) logLine(`root user: service accounts removed: ${revoked.join(", ")}`);
    }
    return { outs: news };
  },

  async delete() {},
};
