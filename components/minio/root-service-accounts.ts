import type * as pulumi from "@pulumi/pulumi";
import { SwarmResource } from "../shared/resource.ts";
import type { RootCredentials } from "./root-credentials.ts";
import type { StoreConnection } from "./connection.ts";

/** Service accounts of the root user, which end when its credentials change. */
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
