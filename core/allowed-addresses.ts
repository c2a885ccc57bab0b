import ipaddr from "ipaddr.js";
import { worldwideFamilies } from "./ip-ranges.ts";
import type { ValidationIssue } from "./input-validation-error.ts";

/** Address ranges by family, in the form that iptables prints. */
export interface AllowedRanges {
  ipv4: string[];
  ipv6: string[];
}

/** Validates a list of addresses and ranges that may connect. */
export function validateAllowedAddresses(argument: string, ranges: readonly string[]): ValidationIssue[] {
  if (ranges.length === 0) {
    return [
      { argument, value: ranges, problem: "allows no address: list those that may connect, or publish no ports" },
    ];
  }
  const issues = ranges.flatMap((value, index) => {
    const problem = rangeError(value) ?? duplicateError(value, ranges.slice(0, index), ranges);
    return problem === undefined ? [] : [{ argument: `${argument}[${index}]`, value, problem }];
  });
  const families = issues.length > 0 ? [] : worldwideFamilies(ranges);
  if (families.length === 0) return issues;
  const problem = `together contain more public ${families.join(" and ")} addresses than any organization has`;
  return [{ argument, value: ranges, problem: `${problem}: list fewer, or leave allowFrom out` }];
}

/** Allows the host itself only, which is always allowed. */
export const LOOPBACK_ONLY = ["127.0.0.1"];

/** Sorts valid ranges by family. Leaves out loopback addresses, which need no rule. */
export function allowedRanges(ranges: readonly string[]): AllowedRanges {
  const parsed = ranges
    .map((range) => ipaddr.parseCIDR(withPrefix(range)))
    .filter(([address]) => address.range() !== "loopback");
  const listed = (kind: "ipv4" | "ipv6") =>
    parsed.filter(([address]) => address.kind() === kind).map(([address, prefix]) => `${address.toString()}/${prefix}`);
  return { ipv4: listed("ipv4").toSorted(), ipv6: listed("ipv6").toSorted() };
}

/** Dotted-decimal IPv4 or IPv6. The library also accepts shortened and octal addresses. */
const RANGE = /^((\d{1,3}\.){3}\d{1,3}|[\da-f:]*:[\da-f:]*)(\/\d{1,3})?$/i;

function rangeError(range: string): string | undefined {
  if (!RANGE.test(range) || !ipaddr.isValidCIDR(withPrefix(range))) {
    return "is neither an address nor a range: give one such as 10.1.0.0/16 or 2001:db8::/32";
  }
  const [address, prefix] = ipaddr.parseCIDR(withPrefix(range));
  if (prefix === 0) return "allows every address: leave allowFrom out for that";
  const network = networkOf(withPrefix(range));
  return network === address.toString() ? undefined : `has host bits set: write ${network}/${prefix}`;
}

/** Returns why a range adds nothing to the list, if so. */
function duplicateError(range: string, before: readonly string[], all: readonly string[]): string | undefined {
  const valid = (other: string) => rangeError(other) === undefined;
  if (before.filter(valid).some((other) => withPrefix(other) === withPrefix(range)))
    return "is listed twice: list it once";
  const wider = all.filter((other) => other !== range && valid(other)).find((other) => isWithin(range, other));
  return wider === undefined ? undefined : `is part of ${wider}, which is in the list as well: leave one of them out`;
}

function isWithin(range: string, other: string): boolean {
  const [address, prefix] = ipaddr.parseCIDR(withPrefix(range));
  const [wide, widePrefix] = ipaddr.parseCIDR(withPrefix(other));
  return address.kind() === wide.kind() && prefix > widePrefix && address.match(wide, widePrefix);
}

function networkOf(range: string): string {
  const isV4 = ipaddr.parseCIDR(range)[0].kind() === "ipv4";
  return (isV4 ? ipaddr.IPv4.networkAddressFromCIDR(range) : ipaddr.IPv6.networkAddressFromCIDR(range)).toString();
}

function withPrefix(range: string): string {
  if (range.includes("/")) return range;
  return `${range}/${range.includes(":") ? 128 : 32}`;
}
