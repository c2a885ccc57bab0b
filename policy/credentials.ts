import { containersOf } from "./containers.ts";
import { getProperty, type PolicyResource } from "./rule.ts";
import { splitCommandLine } from "./store.ts";

const ROOT_CREDENTIALS = "swarm:index:RootCredentials";

/** Values that attackers try first. */
const COMMON_USERS = ["minioadmin", "minio", "admin", "administrator", "root", "user"];
const COMMON_PASSWORDS = [
  "minioadmin",
  "minio123",
  "minio",
  "admin",
  "password",
  "changeme",
  "secret",
  "root",
  "12345678",
];

const MINIO_USER_VARIABLE = /^MINIO_(ROOT_USER|ACCESS_KEY)$/;
const MINIO_PASSWORD_VARIABLE = /^MINIO_(ROOT_PASSWORD|SECRET_KEY|KMS_SECRET_KEY)$/;
const PASSWORD_VARIABLE =
  /(PASSWORD|PASSWD|PASSPHRASE|SECRET_KEY|SECRET_ACCESS_KEY|CLIENT_SECRET|API_KEY|PRIVATE_KEY|(^|_)TOKEN|(^|_)PASS)$/i;
/** A variable with such a name may hold a secret's name instead of its value. */
const SECRET_VARIABLE = /(^|_)SECRET$/i;

const PASSWORD_OPTION =
  /^--?[\w-]*(password|passwd|passphrase|secret|secret-key|secret-access-key|api-key|token)(?:=(.*))?$/is;
/** A URL with user and password. */
const PASSWORD_IN_URL = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]+@/i;

/** Reports well-known credentials, and those that anyone who can inspect a service can read. Never shows values. */
export function credentialViolations(resource: PolicyResource): string[] {
  const { type, props } = resource;
  if (type === ROOT_CREDENTIALS) {
    return COMMON_USERS.includes(toLowerCase(getProperty(props, "requestedUser")))
      ? ["rootUser is a common name that attackers try first: choose another, or leave it out"]
      : [];
  }
  return containersOf(resource).flatMap((container) => [
    ...Object.entries(container.environment()).flatMap(([name, value]) => variableViolation(name, value) ?? []),
    ...argumentViolations(container.args()),
  ]);
}

function variableViolation(name: string, value: string): string | undefined {
  if (MINIO_PASSWORD_VARIABLE.test(name)) {
    return `variable ${name}: anyone who can inspect the container can read its environment: give the password as a secret, and its file as ${name}_FILE`;
  }
  if (MINIO_USER_VARIABLE.test(name) && COMMON_USERS.includes(toLowerCase(value)))
    return `variable ${name}: is a common user name that attackers try first: choose another`;
  if ((PASSWORD_VARIABLE.test(name) || SECRET_VARIABLE.test(name)) && COMMON_PASSWORDS.includes(toLowerCase(value))) {
    return `variable ${name}: is a common password that attackers try first: give another, as a secret`;
  }
  if ((PASSWORD_VARIABLE.test(name) && isLiteralCredential(value)) || PASSWORD_IN_URL.test(value)) {
    return `variable ${name}: anyone who can inspect the container can read its environment: give the secret as a file`;
  }
  return undefined;
}

/** Reports credentials in arguments, each kind once. */
function argumentViolations(given: readonly string[]): string[] {
  const args = splitCommandLine(given);
  const reason = "anyone who can inspect the container or list processes can read arguments: give it as a file";
  const options = args.flatMap((arg, at) => {
    const [, kind, own] = PASSWORD_OPTION.exec(arg) ?? [];
    const next = args[at + 1] ?? "";
    const value = own ?? (next.startsWith("-") ? "" : next);
    return kind !== undefined && isLiteralCredential(value) ? [`argument ${arg.split("=")[0] ?? ""}: ${reason}`] : [];
  });
  const variables = args.flatMap((arg) => {
    const [, name, value] = /^([A-Za-z_]\w*)=(.+)$/s.exec(arg) ?? [];
    const isSecret =
      name !== undefined && value !== undefined && isLiteralCredential(value) && variableViolation(name, value);
    return isSecret ? [`argument ${name}=…: ${reason}`] : [];
  });
  const addresses = args.some((arg) => PASSWORD_IN_URL.test(arg)) ? [`a URL with a password: ${reason}`] : [];
  return [...new Set([...options, ...variables, ...mcAliasViolations(args, reason), ...addresses])];
}

/** `mc alias set NAME URL USER PASSWORD`. */
function mcAliasViolations(args: readonly string[], reason: string): string[] {
  const at = args.findIndex((arg, index) => arg === "alias" && ["set", "s"].includes(args[index + 1] ?? ""));
  const password = at < 0 ? undefined : args.slice(at + 2).filter((arg) => !arg.startsWith("-"))[3];
  return password !== undefined && isLiteralCredential(password) ? [`the password of mc alias set: ${reason}`] : [];
}

/** Whether a value is a credential itself, rather than a path, a reference or a boolean. */
function isLiteralCredential(value: string): boolean {
  return (
    value !== "" && !/^(true|false|yes|no|on|off|[01])$/i.test(value) && !/^(\$|\/run\/secrets\/|\{\{)/.test(value)
  );
}

function toLowerCase(value: unknown): string {
  return typeof value === "string" ? value.toLowerCase() : "";
}
