import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import { Engine } from "../../engine/engine.ts";
import { runRemoteScript } from "../../engine/ssh-shell.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { describeOnLab } from "./lab-fixture.ts";

describeOnLab("an engine reached by ssh", (fixture) => {
  const connection = (change: { user?: string; key?: string; knownHosts?: string; at?: string } = {}) => {
    const { address, ssh } = fixture().host;
    const { user = "root", key = ssh.identityFile, knownHosts = ssh.knownHosts, at = address } = change;
    const sshOptions = ["-i", key, "-o", "IdentitiesOnly=yes", "-o", `UserKnownHostsFile=${knownHosts}`];
    return { host: `ssh://${user}@${at}`, sshOptions } satisfies EngineConnection;
  };
  const connections = async () => {
    const processes = await fixture().host.run("ps", "-eo", "args");
    return processes.split("\n").filter((line) => line.startsWith("docker system dial-stdio")).length;
  };
  const problem = (engine: EngineConnection) => {
    const answered = (info: { Name: string }) => expect.fail(`${info.Name} answered`);
    return new Engine(engine).info().then(answered, (error: Error) => error.message);
  };

  test("answers sequential requests on one connection, and concurrent ones on few", async () => {
    const warnings: string[] = [];
    const collect = ({ message }: Error) => warnings.push(message);
    process.on("warning", collect);
    onTestFinished(() => void process.off("warning", collect));
    const engine = new Engine(connection());
    for (let calls = 0; calls < 15; calls++) expect((await engine.info()).Name).toBe("node1");
    expect(await connections()).toBe(1);
    expect(warnings).toEqual([]);
    const names = await Promise.all(Array.from({ length: 12 }, () => engine.info()));
    expect(names.map(({ Name }) => Name)).toEqual(Array.from({ length: 12 }, () => "node1"));
    expect(await connections()).toBeLessThanOrEqual(4);
  });

  test("carries a command's input and output, and does not keep the process alive", async () => {
    const engine = new Engine(connection());
    const body = { Image: fixture().images.a, Cmd: ["server", "/tmp"] };
    const { Id } = await engine.request<{ Id: string }>("POST", "/containers/create", { body });
    await engine.request("POST", `/containers/${Id}/start`);
    const script = `
      import { Engine } from "${ROOT}/engine/engine.ts";
      import { execAttached } from "${ROOT}/commands/exec/attach.ts";
      const engine = new Engine(${JSON.stringify(connection())});
      process.exitCode = await execAttached(engine, "${Id}", ["mc", "cat", "-"], process);`;
    const input = Buffer.alloc(300_000, "what goes in comes out\n");
    expect((await nodeProcess(script, input)).equals(input)).toBe(true);
    await engine.request("DELETE", `/containers/${Id}`, { query: { force: true } });
  });

  test("runs a script with its input, and neither is visible in the process list", async () => {
    const script = "read -r first; echo \"<$first>\"; cat; ps -eo args; echo 'se''en' >&2; exit 3";
    const { exitCode, stdout, stderr } = await runRemoteScript(connection(), script, { input: "one\ntwo\n" });
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: "seen\n" });
    expect(stdout).toMatch(/^<one>\ntwo\n/);
    expect(stdout).not.toContain("se''en");
    await expect(runRemoteScript(connection(), "sleep 30", { timeoutMs: 1_000 })).rejects.toThrow(
      /does not answer: a script there did not end within 1 s/,
    );
    await expect(runRemoteScript(connection({ user: "nobody-here" }), "true")).rejects.toThrow(/cannot authenticate/);
  });

  test("is refused with a wrong host key of itself or a jump host, whatever ~/.ssh/config says", async () => {
    const { host } = fixture();
    const careless = [
      ...["NoHostAuthenticationForLocalhost yes", "StrictHostKeyChecking no", "VerifyHostKeyDNS yes"],
      ...["ControlMaster auto", "ControlPath /run/shared-%h"],
    ].join("\n");
    const { user, identityFile, hostKey } = host.ssh;
    const prepare = [
      `mkdir -p -m 700 ~root/.ssh; echo '${careless}' > ~root/.ssh/config`,
      // A shared connection whose host key was not checked.
      `ssh -i ${identityFile} -o UserKnownHostsFile=/dev/null -f -N ${user}@127.0.0.1 </dev/null >/dev/null 2>&1`,
      "test -S /run/shared-127.0.0.1",
    ];
    await host.run("sh", "-ec", prepare.join("\n"));
    const script = `
      import { sshConnection } from "${ROOT}/components/hosts/ssh-connection.ts";
      import { Engine } from "${ROOT}/engine/engine.ts";
      const access = ${JSON.stringify({ user, identityFile })};
      const [right, wrong] = ${JSON.stringify([hostKey, `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ${"A".repeat(42)}`])};
      const way = { address: "${host.address}", hostKey: right, jumpHost: "${user}@127.0.0.1" };
      const ways = [
        { address: "127.0.0.1", hostKey: right },
        { address: "127.0.0.1", hostKey: wrong },
        { ...way, jumpHostKey: right },
        { ...way, jumpHostKey: wrong },
        { ...way, hostKey: wrong, jumpHostKey: right },
      ];
      const ask = (one) => new Engine(sshConnection({ ...access, ...one })).info().then(({ Name }) => Name, ({ message }) => message);
      console.log(JSON.stringify(await Promise.all(ways.map(ask))));`;
    const answers = JSON.parse(await host.run(process.execPath, "--input-type=module", "--eval", script)) as string[];
    const refused = "its host key has changed";
    expect(answers).toEqual([
      "node1",
      expect.stringContaining(refused),
      "node1",
      expect.stringContaining(`at "127.0.0.1": ${refused}`),
      expect.stringContaining(refused),
    ]);
    await host.run("sh", "-c", "ssh -O exit 127.0.0.1; rm -r ~root/.ssh");
  });

  test("logs in as often as needed although sshd refuses many logins at once", async () => {
    const { host } = fixture();
    const reload = (change: string) =>
      host.run("sh", "-ec", `${change} /etc/ssh/sshd_config; kill -HUP "$(cat /run/sshd.pid)"`);
    await reload("sed -i '$aMaxStartups 3'");
    onTestFinished(async () => void (await reload("sed -i '/^MaxStartups/d'")));
    const numbers = Array.from({ length: 6 }, (_, at) => `${at}`);
    // Other options make another agent, so that the calls open connections, too.
    const other = connection();
    other.sshOptions.push("-o", "LogLevel=INFO");
    const [scripts, names] = await Promise.all([
      Promise.all(numbers.map((number) => runRemoteScript(connection(), `echo ${number}`))),
      Promise.all(numbers.map(() => new Engine(other).info())),
    ]);
    expect(scripts.map(({ stdout }) => stdout.trim())).toEqual(numbers);
    expect(names.map(({ Name }) => Name)).toEqual(numbers.map(() => "node1"));
    expect(readFileSync(join(host.folder, "sshd.log"), "utf8")).toContain("MaxStartups");
  });

  test("has a one-line error for each reason why it is unreachable", async () => {
    const { address, ssh } = fixture().host;
    const at = (name: string, line: string) => {
      const file = join(dirname(ssh.knownHosts), name);
      writeFileSync(file, line);
      return file;
    };
    const exchanged = at("exchanged", `${address} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ${"A".repeat(42)}\n`);
    const cases: [EngineConnection, string][] = [
      [
        connection({ knownHosts: at("none", "") }),
        `ssh://root@${address} does not answer: its ED25519 host key is not`,
      ],
      [connection({ knownHosts: exchanged }), "its host key has changed"],
      [connection({ key: "/nowhere" }), 'user "root" cannot authenticate'],
      [connection({ at: `${address}:23` }), "nothing listens on port 23 there"],
      [connection({ at: "no-such-name.invalid" }), "its name does not resolve"],
      [connection({ user: "guest" }), 'user "guest" may not use the engine there'],
    ];
    const messages = await Promise.all(cases.map(([engine]) => problem(engine)));
    expect(messages).toEqual(cases.map(([, expected]) => expect.stringContaining(expected)));
    expect(messages.join("")).not.toContain("\n");

    // Also with an option that disables the check.
    const careless = connection({ knownHosts: at("none", "") });
    careless.sshOptions.unshift("-o", "StrictHostKeyChecking=no");
    expect(await problem(careless)).toContain("host key is not known");

    await fixture().host.stopEngine();
    expect(await problem(connection())).toContain("its engine is not running");
  });
});

/** Runs a script with Node, waits until it ends by itself, and returns its output. */
function nodeProcess(script: string, input: Buffer): Promise<Buffer> {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { timeout: 60_000 });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => output.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => errors.push(bytes));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(output));
      else reject(new Error(`ended with ${code}: ${Buffer.concat(errors).toString()}`));
    });
  });
}
