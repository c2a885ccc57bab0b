import * as pulumi from "@pulumi/pulumi";

/** The address at which clients reach a service on a host, if known. */
export interface Endpoint {
  /** The host's key. */
  readonly key: string;
  readonly endpointAddress: pulumi.Output<string | undefined>;
}

/** Returns the URLs of a port at these endpoints, by host key. They resolve once the services behind them are ready. */
export function endpointUrls(
  scheme: "http" | "https",
  places: readonly Endpoint[],
  port: number | undefined,
  services: readonly pulumi.Resource[],
): pulumi.Output<Record<string, string>> {
  if (port === undefined) return pulumi.output<Record<string, string>>({});
  const ready = pulumi.all(services.map(({ urn }) => urn));
  const entries = places.map(({ key, endpointAddress }) =>
    pulumi
      .all([endpointAddress, ready])
      .apply(([address]) => (address === undefined ? [] : [[key, endpointUrl(scheme, address, port)] as const])),
  );
  return pulumi.all(entries).apply((all) => Object.fromEntries(all.flat()));
}

/** Returns the URL as browsers write it: without the scheme's default port. */
function endpointUrl(scheme: "http" | "https", address: string, port: number): string {
  const host = address.includes(":") ? `[${address}]` : address;
  const defaultPort = scheme === "https" ? 443 : 80;
  return `${scheme}://${host}${port === defaultPort ? "" : `:${port}`}`;
}
