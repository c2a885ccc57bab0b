import { containersOf } from "./containers.ts";
import { part, type RuledResource } from "./rule.ts";
import { words } from "./store.ts";

const ROOT_CREDENTIALS = "pulumi-nodejs:dynamic/swarm:RootCredentials";

/** What is tried first. */
const USERS = ["minioadmin", "minio", "admin", "administrator", "root", "user"];
const PASSWORDS = ["minioadmin", "minio123", "minio", "admin", "password", "changeme", "secret", "root", "12345678"];

const STORE_USER = /^MINIO_(ROOT_USER|ACCESS_KEY)$/;
const STORE_PASSWORD = /^MINIO_(ROOT_PASSWORD|SECRET_KEY|KMS_SECRET_KEY)$/;
const ANY_PASSWORD =
  /(PASSWORD|PASSWD|PASSPHRASE|SECRET_KEY|SECRET_ACCESS_KEY|CLIENT_SECRET|API_KEY|PRIVATE_KEY|(^|_)TOKEN|(^|_)PASS)$/i;
/** Names that may as well be those of a secret as its value. */
const ANY_SECRET = /(^|_)SECRET$/i;

const OPTION = /^--?[\w-]*(password|passwd|passphrase|secret|secret-key|secret-access-key|api-key|token)(?:=(.*))?$/is;
/** User and password before the name of a machine. */
const IN_ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]+@/i;

/** Credentials that are well known, or that everybody may read who may inspect a service. Values are never named. */
export function credentialViolations(resource: RuledResource): string[] {
  const { type, props } = resource;
  if (type === ROOT_CREDENTIALS) {
    return USERS.includes(lower(part(props, "asked")))
      ? ["rootUser is one that everybody tries first: choose another, or leave it out"]
      : [];
  }
  return containersOf(resource).flatMap((container) => [
    ...Object.entries(container.environment()).flatMap(([name, value]) => variableProblem(name, value) ?? []),
    ...argumentProblems(container.args()),
  ]);
}

function variableProblem(name: string, value: string): string | undefined {
  if (STORE_PASSWORD.test(name)) {
    return `variable ${name}: an environment is read by all who may inspect the container: give the password as a secret, and its file as ${name}_FILE`;
  }
  if (STORE_USER.test(name) && USERS.includes(lower(value)))
    return `variable ${name}: everybody tries this user first: choose another`;
  if ((ANY_PASSWORD.test(name) || ANY_SECRET.test(name)) && PASSWORDS.includes(lower(value))) {
    return `variable ${name}: everybody tries this password first: give another, as a secret`;
  }
  if ((ANY_PASSWORD.test(name) && isValue(value)) || IN_ADDRESS.test(value)) {
    return `variable ${name}: an environment is read by all who may inspect the container: give what is secret in it as a file`;
  }
  return undefined;
}

/** Credentials among arguments, each kind once. */
function argumentProblems(given: readonly string[]): string[] {
  const args = words(given);
  const why = "arguments are read by all who may inspect the container, or list processes: give it as a file";
  const options = args.flatMap((arg, at) => {
    const [, kind, own] = OPTION.exec(arg) ?? [];
    const next = args[at + 1] ?? "";
    const value = own ?? (next.startsWith("-") ? "" : next);
    return kind !== undefined && isValue(value) ? [`argument ${arg.split("=")[0] ?? ""}: ${why}`] : [];
  });
  const variables = args.flatMap((arg) => {
    const [, name, value] = /^([A-Za-z_]\w*)=(.+)$/s.exec(arg) ?? [];
    const isSecret = name !== undefined && value !== undefined && isValue(value) && variableProblem(name, value);
    return isSecret ? [`argument ${name}=…: ${why}`] : [];
  });
  const addresses = args.some((arg) => IN_ADDRESS.test(arg)) ? [`an address with a password in it: ${why}`] : [];
  return [...new Set([...options, ...variables, ...aliases(args, why), ...addresses])];
}

/** `mc alias set NAME URL USER PASSWORD`. */
function aliases(args: readonly string[], why: string): string[] {
  const at = args.findIndex((arg, index) => arg === "alias" && ["set", "s"].includes(args[index + 1] ?? ""));
  const password = at < 0 ? undefined : args.slice(at + 2).filter((arg) => !arg.startsWith("-"))[3];
  return password !== undefined && isValue(password) ? [`the password of mc alias set: ${why}`] : [];
}

/** Whether a text is a credential itself: not where it is found, nor whether there is one. */
function isValue(value: string): boolean {
  return (
    value !== "" && !/^(true|false|yes|no|on|off|[01])$/i.test(value) && !/^(\$|\/run\/secrets\/|\{\{)/.test(value)
  );
}

function lower(value: unknown): string {
  return typeof value === "string" ? value.toLowerCase() : "";
}
