import type * as pulumi from "@pulumi/pulumi";
import { knownValue } from "../shared/inputs.ts";
import { SwarmResource } from "../shared/resource.ts";
import type { MinioServiceArgs } from "./args.ts";
import type { StoreConnection } from "./iam/store-connection.ts";

/** Has a member of the ready store ask for MINIO_SERVER_URL, which the console uses. */
export function checkServerUrl(
  name: string,
  { console, environment = {} }: MinioServiceArgs,
  { address }: StoreConnection,
  opts: pulumi.CustomResourceOptions,
): void {
  const { MINIO_SERVER_URL: url = "", MINIO_BROWSER: browser } = environment;
  const hasConsole = console !== false && !/^(0|f|false|off|disabled)$/i.test(knownValue(browser) ?? "");
  if (url !== "" && hasConsole) new ServerUrlCheck(name, { store: address, url }, opts);
}

class ServerUrlCheck extends SwarmResource {
  constructor(name: string, inputs: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    super("ServerUrlCheck", name, inputs, opts);
  }
}
