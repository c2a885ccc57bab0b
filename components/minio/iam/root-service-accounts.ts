import type * as pulumi from "@pulumi/pulumi";
import { SwarmResource } from "../../shared/resource.ts";
import type { RootCredentials } from "../security/root-credentials.ts";
import type { StoreConnection } from "./store-connection.ts";

/** Deletes the root user's service accounts when its credentials change. */
export class RootServiceAccounts extends SwarmResource {
  constructor(
    name: string,
    { connection, credentials }: { connection: StoreConnection; credentials: RootCredentials },
    opts: pulumi.CustomResourceOptions,
  ) {
    const { user, generation } = credentials;
    super("RootServiceAccounts", name, { store: connection.address, user, generation }, opts);
  }
}
