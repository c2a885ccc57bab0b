import * as pulumi from "@pulumi/pulumi";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import { knownValue } from "../../shared/inputs.ts";
import type { MinioServiceArgs } from "../args.ts";
import type { StorePlan } from "../layout/plan.ts";
import { memberNames } from "../layout/topology.ts";

type Variables = Readonly<Record<string, pulumi.Input<string>>>;

const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY"];

/** Whether a variable is a proxy's URL. It may contain a password. */
export function isProxy(name: string): boolean {
  return PROXIES.includes(name);
}

/** Returns the variables that are not about proxies. */
export function withoutProxies(environment: Variables): Record<string, pulumi.Input<string>> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isProxy(name) && name !== "NO_PROXY"));
}

/** Validates the proxies for MinIO's outgoing connections, as far as they are known. */
export function validateProxies(environment: Variables): ValidationIssue[] {
  return PROXIES.flatMap((name) => {
    const value = knownValue(environment[name]);
    if (value === undefined || value === "") return [];
    const problem = proxyError(value);
    if (problem !== undefined) return [{ argument: `environment.${name}`, value, problem }];
    if (!/@/.test(value)) return [];
    const secret = "contains a password, which `docker inspect` would show: give it in secretEnvironment";
    return [{ argument: `environment.${name}`, value: "(secret)", problem: secret }];
  });
}

/** Returns what is wrong with a proxy's URL, if anything. */
export function proxyError(value: string): string | undefined {
  const url = /^(https?|socks5h?):\/\/[^/]/i.test(value) ? URL.parse(value) : null;
  return url ? undefined : "must be a URL with http, https or socks5, such as http://proxy.example:3128";
}

/** Returns NO_PROXY with the store's own names, so that members reach each other without the proxy. */
export function noProxyEnvironment(
  { environment = {}, secretEnvironment = {} }: Pick<MinioServiceArgs, "environment" | "secretEnvironment">,
  { serviceName, hosts }: Pick<StorePlan, "serviceName" | "hosts">,
): Record<string, pulumi.Input<string>> {
  if (!PROXIES.some((name) => name in environment || name in secretEnvironment)) return {};
  const own = pulumi.all([serviceName, ...memberNames(serviceName, hosts)]);
  const names = pulumi
    .all([environment["NO_PROXY"] ?? "", own])
    .apply(([given, own]) => [...given.split(",").filter(Boolean), ...own].join(","));
  return { NO_PROXY: names };
}
