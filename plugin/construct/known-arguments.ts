import { isMap, SecretValue } from "../../components/shared/validate-arguments.ts";
import { sentValue } from "./output-state.ts";

/** Returns arguments with known values in place of Outputs, and without null. Unknown Outputs stay. */
export async function knownArguments(given: unknown): Promise<unknown> {
  const { value, isKnown, isSecret } = await sentValue(given);
  if (!isKnown) return given;
  const known = await knownParts(value ?? undefined);
  return isSecret ? new SecretValue(known) : known;
}

async function knownParts(value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map(knownArguments));
  if (!isMap(value)) return value;
  const parts = Object.entries(value).map(async ([key, part]) => [key, await knownArguments(part)] as const);
  return Object.fromEntries(await Promise.all(parts));
}
