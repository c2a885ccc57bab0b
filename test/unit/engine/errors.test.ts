import { expect, test } from "vitest";
import * as errors from "../../../engine/errors.ts";
import { EngineError, UnreachableError } from "../../../engine/transport.ts";

const LEADERLESS =
  "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. " +
  "Make sure more than half of the managers are online.";

test.each<[string, Error, boolean]>([
  ["no leader", new EngineError(500, LEADERLESS), true],
  ["no leader, as a 503", new EngineError(503, LEADERLESS), true],
  ["a manager that has become a worker", new EngineError(503, "This node is not a swarm manager."), true],
  ["a leader that is gone", new EngineError(500, "rpc error: code = DeadlineExceeded desc = context deadline"), true],
  ["a write conflict", new EngineError(500, "rpc error: code = Unknown desc = update out of sequence"), true],
  ["a write conflict, as a 409", new EngineError(409, "update out of sequence"), true],
  ["a connection that is refused or reset", new UnreachableError("tcp://a", "socket hang up"), true],
  ["a machine without a running engine", new UnreachableError("ssh://a", "does not run", "engine"), true],
  ["an invalid argument", new EngineError(400, "invalid mount"), false],
  ["a missing object", new EngineError(404, "service a not found"), false],
  ["a name in use", new EngineError(409, "name conflicts with an existing object"), false],
  ["a rejected login", new UnreachableError("ssh://a", "Permission denied", "login"), false],
  ["another host key", new UnreachableError("ssh://a", "its host key", "identity"), false],
  ["a socket without permission for this user", new UnreachableError("unix:///a", "join the group", "rights"), false],
  ["an invalid address", new UnreachableError("a", "must begin with", "address"), false],
  ["any other error", new Error("The swarm does not have a leader"), false],
])("%s is transient: %j", (_, error, expected) => expect(errors.isTransient(error)).toBe(expected));

test.each<[keyof typeof errors, number, string]>([
  ["isLeaderless", 500, LEADERLESS],
  ["isLeaderless", 503, "rpc error: code = Unavailable desc = connection error"],
  [
    "isLeaderless",
    500,
    "rpc error: code = Unknown desc = raft: failed to process the request: node lost leader status",
  ],
  ["isVersionConflict", 500, "rpc error: code = Unknown desc = update out of sequence"],
  ["isRoleChangeRejected", 404, "rpc error: code = NotFound desc = can't find manager in raft memberlist"],
  ["isRoleChangeRejected", 400, "can't remove member from the raft: this would result in a loss of quorum"],
  ["isRoleChangeRejected", 400, "attempting to demote the last manager of the swarm"],
  ["isNotFound", 404, "no such service"],
  [
    "isPortTaken",
    500,
    "manager stopped: failed to listen on remote API address: listen tcp 198.18.1.1:2377: bind: address already in use",
  ],
  ["isNetworkInUse", 403, "error while removing network: network a id b has active endpoints"],
  ["isNetworkInUse", 400, "rpc error: code = FailedPrecondition desc = network a is in use by service b"],
  [
    "isJoinContinuing",
    503,
    "Timeout was reached before node joined. The attempt to join the swarm will continue in the background.",
  ],
  ["isJoinUnreachable", 503, "rpc error: code = DeadlineExceeded desc = context deadline exceeded"],
])("%s matches %j %j", (name, status, message) => {
  const knows = errors[name] as (error: unknown) => boolean;
  expect(knows(new EngineError(status, message))).toBe(true);
  expect(knows(new EngineError(409, "name conflicts with an existing object"))).toBe(false);
  expect(knows(new Error(message))).toBe(false);
});
