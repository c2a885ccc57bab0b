import { spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { cacheKey, ensureCached } from "../../toolchain/cache.ts";
import { progress } from "../../toolchain/progress.ts";
import { run } from "../../toolchain/run.ts";
import { MOTO } from "../../toolchain/versions.ts";

const PACKAGE = `moto[server,ec2,iam,ssm,elbv2]==${MOTO}`;

/** The AWS mock `moto` on this machine, which records resources and creates nothing. */
export interface Moto {
  endpoint: string;
  stop(): void;
}

export async function startMoto(): Promise<Moto> {
  const folder = await ensureCached({ name: "moto", key: cacheKey(MOTO, [PACKAGE]), create: install });
  const port = await freePort();
  const env = { ...process.env, PYTHONPATH: join(folder, "lib"), PYTHONDONTWRITEBYTECODE: "1" };
  const args = ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)];
  const server = spawn("python3", args, { env, stdio: "ignore" });
  const stop = () => void server.kill("SIGKILL");
  process.once("exit", stop);
  const endpoint = `http://127.0.0.1:${port}`;
  await answering(`${endpoint}/moto-api/`, () => server.exitCode === null);
  return { endpoint, stop };
}

async function install(folder: string): Promise<void> {
  await progress(`fetching moto ${MOTO} from PyPI`, () =>
    run("python3", [
      ...["-m", "pip", "install", "-q", "--disable-pip-version-check"],
      "--target",
      join(folder, "lib"),
      PACKAGE,
    ]),
  );
}

/** Sets a parameter, as AWS does with its public parameters. */
export async function putParameter(endpoint: string, name: string, value: string): Promise<void> {
  const body = JSON.stringify({ Name: name, Value: value, Type: "String", Overwrite: true });
  await request(
    endpoint,
    "ssm",
    { "X-Amz-Target": "AmazonSSM.PutParameter", "Content-Type": "application/x-amz-json-1.1" },
    body,
  );
}

/** Sends a request to EC2 and returns the XML response. */
export function ec2(endpoint: string, action: string): Promise<string> {
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  return request(endpoint, "ec2", headers, new URLSearchParams({ Action: action, Version: "2016-11-15" }).toString());
}

/** Returns the texts of all elements with that name. */
export function idsIn(xml: string, tag: string): string[] {
  return [...xml.matchAll(new RegExp(`<${tag}>([^<]+)</${tag}>`, "g"))].map(([, id = ""]) => id);
}

/**
 * Returns the ingress rules of each security group, one line for each: protocol, port, and addresses or group names.
 * Names are without Pulumi's suffix.
 */
export async function ingress(endpoint: string): Promise<Record<string, string[]>> {
  const xml = await ec2(endpoint, "DescribeSecurityGroups");
  const groups = xml
    .split("<groupName>")
    .slice(1)
    .map((text) => text.split("</groupName>") as [string, string]);
  const nameOf = (name: string) => name.replace(/-[0-9a-f]{7}$/, "");
  const ids = [...xml.matchAll(/<groupId>(sg-\w+)<\/groupId><ipPermissionsEgress.*?<groupName>([^<]+)</gs)];
  const names = new Map(ids.map(([, id = "", name = ""]) => [id, nameOf(name)] as const));
  const rules = (text: string) => {
    const [, permissions = ""] = /<ipPermissions>(.*?)<\/ipPermissions>/s.exec(text) ?? [];
    return permissions
      .split("<ipProtocol>")
      .slice(1)
      .map((rule) => {
        const [protocol = ""] = rule.split("<");
        const others = idsIn(rule, "groupId").map((id) => names.get(id) ?? id);
        return [protocol, idsIn(rule, "fromPort")[0] ?? "0", ...idsIn(rule, "cidrIp"), ...others].join(" ");
      });
  };
  return Object.fromEntries(groups.map(([name, text]) => [nameOf(name), rules(text).sort()]));
}

/** Lists moto's images for the architecture of the instance types used here. */
export async function x86Images(endpoint: string): Promise<string[]> {
  const items = (await ec2(endpoint, "DescribeImages")).split("<item>");
  return items
    .filter((item) => item.includes("<architecture>x86_64</architecture>"))
    .flatMap((item) => idsIn(item, "imageId"));
}

/** Sends a request. moto checks no signature, but reads the service from it. */
async function request(
  endpoint: string,
  service: string,
  headers: Record<string, string>,
  body: string,
): Promise<string> {
  const scope = `Credential=any/20260101/eu-central-1/${service}/aws4_request`;
  const Authorization = `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=any`;
  const response = await fetch(endpoint, { method: "POST", headers: { ...headers, Authorization }, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`moto answers ${response.status}: ${text}`);
  return text;
}

async function answering(url: string, isAlive: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300 && isAlive(); tries++) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`moto does not answer at ${url}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
