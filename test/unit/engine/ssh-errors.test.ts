import { expect, test } from "vitest";
import { engineAddressError } from "../../../engine/connection.ts";
import { explainSshFailure, parseSshTarget } from "../../../engine/ssh-errors.ts";

test.each([
  ["ssh://far", { host: "far" }],
  ["ssh://root@far.example:2222", { host: "far.example", user: "root", port: 2222 }],
  ["ssh://me@[2001:db8::1]:22", { host: "2001:db8::1", user: "me", port: 22 }],
  ["ssh://[fe80::1%eth0]", { host: "fe80::1%eth0" }],
  ["ssh://_svc.x-1$@my_host.example", { host: "my_host.example", user: "_svc.x-1$" }],
  ["ssh://i-0a1b2c3d4e5f60718", { host: "i-0a1b2c3d4e5f60718" }],
])("parses %s", (address, target) => {
  expect(parseSshTarget(address)).toEqual(target);
  expect(engineAddressError(address)).toBeUndefined();
});

test.each([
  "ssh://",
  "ssh://root@",
  "ssh://far/path",
  "ssh://me:word@far",
  "ssh://far:0",
  "ssh://far:70000",
  "ssh://far:ssh",
  "ssh://[far]",
  "ssh://-oProxyCommand=x",
  "ssh://-x@far",
  "ssh://a b",
  "ssh://a';touch${IFS}pwn;'",
  "ssh://$(id)",
  "ssh://`id`",
  "ssh://a|b",
  "ssh://a&b",
  "ssh://a\nb",
  "ssh://ä.example",
  "ssh://root$(id)@far",
  "ssh://ro;ot@far",
  "ssh://1root@far",
  "ssh://$@far",
  "ssh://[fe80::1%$(id)]",
  "tcp://$(id):2375",
  "tcp://a;b",
  "tcp://[::1",
  "tcp://far:2375/path",
])("rejects %j", (address) => {
  expect(parseSshTarget(address)).toBeUndefined();
  expect(engineAddressError(address)).toContain('"ssh://user@host:port"');
});

test.each(["tcp://far", "tcp://far_1.example:2376", "tcp://192.0.2.1:2375", "tcp://[2001:db8::1]:2375"])(
  "accepts %s as an engine's address",
  (address) => expect(engineAddressError(address)).toBeUndefined(),
);

const CHANGED = `@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
Host key for far has changed and you have requested strict checking.
Host key verification failed.`;
const UNKNOWN = `No ED25519 host key is known for far and you have requested strict checking.
Host key verification failed.`;
const GROUP = `error during connect: Get "http://docker/_ping": command [ssh] exited
Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock`;

test.each([
  [CHANGED, "its host key has changed"],
  [CHANGED, "`ssh-keygen -R '[far]:2222'`"],
  [UNKNOWN, "its ED25519 host key is not known"],
  [UNKNOWN, "`ssh-keyscan -p 2222 far`"],
  ["Host key verification failed.", "its host key is not known"],
  ["me@far: Permission denied (publickey).", 'user "me" cannot authenticate'],
  ["Received disconnect from 1.2.3.4 port 22:2: Too many authentication failures", 'user "me" cannot authenticate'],
  [GROUP, 'user "me" may not use the engine there: add the user to the group `docker` (`sudo usermod -aG docker me`)'],
  ["dial unix /run/docker.sock: connect: permission denied", "may not use the engine there"],
  ["ssh: Could not resolve hostname far: Name or service not known", "its name does not resolve"],
  [
    "kex_exchange_identification: Connection closed by remote host\nConnection closed by 1.2.3.4 port 22",
    "more clients log in at once than its MaxStartups allows",
  ],
  ["kex_exchange_identification: read: Connection reset by peer", "MaxStartups"],
  ["ssh: connect to host far port 2222: Connection refused", "nothing listens on port 2222 there"],
  ["ssh: connect to host far port 22: Connection timed out", "nothing answers at this address"],
  ["Timeout, server far not responding.", "nothing answers at this address"],
  ["ssh: connect to host far port 22: No route to host", "there is no route"],
  ["sh: 1: docker: not found", "docker is not installed there"],
  ["bash: line 1: docker: command not found", "docker is not installed there"],
  ["zsh:1: command not found: docker", "docker is not installed there"],
  ["Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", "its engine is not running"],
  ["dial unix /run/docker.sock: connect: no such file or directory", "its engine is not running"],
  ["No RSA host key is known for bastion and you have requested strict checking.", 'at "bastion": its RSA'],
  ["me@bastion: Permission denied (publickey).", 'at "bastion": user'],
  ["a first line\n\n  what it says last \n", "what it says last"],
  ["", "ssh ended with code 255"],
])("explains %j as: %s", (stderr, expected) => {
  const { problem } = explainSshFailure({ host: "far", user: "me", port: 2222 }, { stderr, code: 255 });
  expect(problem).toContain(expected);
  expect(problem).not.toContain("\n");
});

test("explains that ssh reaches an EC2 instance through Session Manager", () => {
  const stderr = "ssh: Could not resolve hostname i-0a1b2c3d4e5f60718: Name or service not known";
  const { problem } = explainSshFailure({ host: "i-0a1b2c3d4e5f60718", user: "ubuntu" }, { stderr, code: 255 });
  expect(problem).toContain("~/.ssh/config needs `Host i-*` with the ProxyCommand `aws ssm start-session --target %h");
});
