import ipaddr from "ipaddr.js";
import { worldwideFamilies } from "./ip-ranges.ts";
import type { ValidationIssue } from "./input-validation-error.ts";

/** Address ranges by family, in the form in which iptables itself lists them. */
export interface AllowedRanges {
  ipv4: string[];
  ipv6: string[];
}

/** What is wrong with a list of those who are let in. */
export function validateAllowedAddresses(argument: string, ranges: readonly string[]): ValidationIssue[] {
  if (ranges.length === 0) {
    return [{ argument, value: ranges, problem: "lets nobody in: name who may, or publish no ports" }];
  }
  const findings = ranges.flatMap((value, index) => {
    const problem = rangeProblem(value) ?? doubledProblem(value, ranges.slice(0, index), ranges);
    return problem === undefined ? [] : [{ argument: `${argument}[${index}]`, value, problem }];
  });
  const families = findings.length > 0 ? [] : worldwideFamilies(ranges);
  if (families.length === 0) return findings;
  const problem = `together hold more public addresses of ${families.join(" and ")} than any organisation has`;
  return [{ argument, value: ranges, problem: `${problem}: name fewer, or leave allowFrom out` }];
}

/** The host's own addresses alone; what comes from the host itself is always allowed. */
export const LOOPBACK_ONLY = ["127.0.0.1"];

/** The ranges sorted out; nothing may be wrong with them. Loopback needs no rule. */
export function allowedRanges(ranges: readonly string[]): AllowedRanges {
  const parsed = ranges
    .map((range) => ipaddr.parseCIDR(withPrefix(range)))
    .filter(([address]) => address.range() !== "loopback");
  const listed = (kind: "ipv4" | "ipv6") =>
    parsed.filter(([address]) => address.kind() === kind).map(([address, prefix]) => `${address.toString()}/${prefix}`);
  return { ipv4: listed("ipv4").toSorted(), ipv6: listed("ipv6").toSorted() };
}

/** Four numbers, or a form of IPv6; the library also takes shortened and octal ones for addresses. */
const RANGE = /^((\d{1,3}\.){3}\d{1,3}|[\da-f:]*:[\da-f:]*)(\/\d{1,3})?$/i;

function rangeProblem(range: string): string | undefined {
  if (!RANGE.test(range) || !ipaddr.isValidCIDR(withPrefix(range))) {
    return "is neither: give an address or a range, such as 10.1.0.0/16 or 2001:db8::/32";
  }
  const [address, prefix] = ipaddr.parseCIDR(withPrefix(range));
  if (prefix === 0) return "is everybody: leave allowFrom out for that";
  const network = networkOf(withPrefix(range));
  return network === address.toString() ? undefined : `begins within its range: write ${network}/${prefix}`;
}

/** Within one that is there, or there already. */
function doubledProblem(range: string, before: readonly string[], all: readonly string[]): string | undefined {
  const valid = (other: string) => rangeProblem(other) === undefined;
  if (before.filter(valid).some((other) => withPrefix(other) === withPrefix(range)))
    return "is there twice: name it once";
  const wider = all.filter((other) => other !== range && valid(other)).find((other) => isWithin(range, other));
  return wider === undefined ? undefined : `is part of ${wider}, which is let in as a whole: leave one of them out`;
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
