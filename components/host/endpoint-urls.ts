import * as pulumi from "@pulumi/pulumi";
import type { Host } from "./host.ts";

/** URLs of a port that hosts publish, by host key. Whoever uses one waits until the services behind it are ready. */
export function endpointUrls(
  scheme: "http" | "https",
  hosts: readonly Host[],
  port: number | undefined,
  services: readonly pulumi.Resource[],
): pulumi.Output<Record<string, string>> {
  if (port === undefined) return pulumi.output<Record<string, string>>({});
  const ready = pulumi.all(services.map(({ urn }) => urn));
  const entries = hosts.map(({ key, endpointAddress }) =>
    pulumi.all([endpointAddress, ready]).apply(([address]) => [key, endpointUrl(scheme, address, port)] as const),
  );
  return pulumi.all(entries).apply((all) => Object.fromEntries(all));
}

/** The URL as browsers write it: without the port that goes without saying. */
function endpointUrl(scheme: "http" | "https", address: string, port: number): string {
  const host = address.includes(":") ? `[${address}]` : address;
  const silent = scheme === "https" ? 443 : 80;
  return `${scheme}://${host}${port === silent ? "" : `:${port}`}`;
}
