import { knownValue } from "../shared/inputs.ts";
import { validatePort } from "../../core/port.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import { isUserName, parseSshTarget } from "../../engine/ssh-errors.ts";
import { JUMP_HOST_RULE, sshAddress } from "./ssh-connection.ts";
import type { SshArgs, SshConnectionArgs } from "./host-args.ts";

/** Validates the settings of an ssh connection that are known. */
export function validateSshConnection(
  where: string,
  { user, port, identityFile, jumpHost, jumpHostKey }: SshConnectionArgs,
): ValidationIssue[] {
  const check = <T>(
    name: string,
    value: T | undefined,
    ok: (value: T) => boolean,
    problem: string,
  ): ValidationIssue[] => (value === undefined || ok(value) ? [] : [{ argument: `${where}.${name}`, value, problem }]);
  return [
    ...check("user", knownValue(user), isUserName, USER_RULE),
    ...validatePort(`${where}.port`, knownValue(port)),
    ...check(
      "identityFile",
      knownValue(identityFile),
      (file) => file.trim() !== "",
      "must be the file of a private key",
    ),
    ...check("jumpHost", knownValue(jumpHost), (host) => parseSshTarget(`ssh://${host}`) !== undefined, JUMP_HOST_RULE),
    ...check("jumpHostKey", knownValue(jumpHostKey), isHostKey, HOST_KEY_RULE),
  ];
}

const USER_RULE = "must be the name of a user: letters, digits, '_', '.' and '-', the first a letter or '_'";

const HOST_KEY = /^(?:ssh-|ecdsa-|sk-)[\w@.-]+\s+[A-Za-z0-9+/]{32,}={0,2}(?:\s.*)?$/;
const HOST_KEY_RULE = 'must be type and key of a public key, as `ssh-keyscan` prints them: "ssh-ed25519 AAAA…"';
const isHostKey = (text: string) => HOST_KEY.test(text.trim());

/** Validates the connection settings of a machine that are known. */
export function validateSshAccess(where: string, ssh: SshArgs): ValidationIssue[] {
  return [...validateSshConnection(where, ssh), ...validateAddress(where, ssh)];
}

function validateAddress(where: string, { address, hostKey }: SshArgs): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  const name = knownValue(address);
  if (name !== undefined && (/[@/[\]]/.test(name) || parseSshTarget(sshAddress({ address: name })) === undefined)) {
    const problem =
      "must be only the machine's name or address: letters, digits, '.', '_', '-' and ':'; user and port are " +
      "separate arguments";
    issues.push({ argument: `${where}.address`, value: name, problem });
  }
  const key = knownValue(hostKey);
  if (key !== undefined && !isHostKey(key)) {
    issues.push({ argument: `${where}.hostKey`, value: key, problem: HOST_KEY_RULE });
  }
  return issues;
}
