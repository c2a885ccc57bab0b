import { containersOf } from "./containers.ts";
import { part, type RuledResource } from "./rule.ts";

const ROOT_CREDENTIALS = "pulumi-nodejs:dynamic/swarm:RootCredentials";

/** What is tried first. */
const USERS = ["minioadmin", "minio", "admin", "administrator", "root", "user"];
const PASSWORDS = ["minioadmin", "minio123", "minio", "admin", "password", "changeme", "secret", "root", "12345678"];

const STORE_USER = /^MINIO_(ROOT_USER|ACCESS_KEY)$/;
const STORE_PASSWORD = /^MINIO_(ROOT_PASSWORD|SECRET_KEY)$/;
const ANY_PASSWORD = /(^|_)(PASSWORD|PASSWD|SECRET|SECRET_KEY)$/;

/** Credentials that are well known, or that everybody may read who may inspect a service. Values are never named. */
export function credentialViolations(resource: RuledResource): string[] {
  const { type, props } = resource;
  if (type === ROOT_CREDENTIALS) {
    return USERS.includes(lower(part(props, "asked")))
      ? ["rootUser is one that everybody tries first: choose another, or leave it out"]
      : [];
  }
  return containersOf(resource).flatMap((container) =>
    Object.entries(container.environment()).flatMap(([name, value]) => variableProblem(name, value) ?? []),
  );
}

function variableProblem(name: string, value: string): string | undefined {
  if (STORE_PASSWORD.test(name)) {
    return `variable ${name}: an environment is read by all who may inspect the container: give the password as a secret, and its file as ${name}_FILE`;
  }
  if (STORE_USER.test(name) && USERS.includes(lower(value)))
    return `variable ${name}: everybody tries this user first: choose another`;
  if (ANY_PASSWORD.test(name) && PASSWORDS.includes(lower(value))) {
    return `variable ${name}: everybody tries this password first: give another, as a secret`;
  }
  return undefined;
}

function lower(value: unknown): string {
  return typeof value === "string" ? value.toLowerCase() : "";
}
