import { describe, expect, test } from "vitest";
import { parseChecksumList, releasedFiles } from "../../../toolchain/published-checksums.ts";
import { readChecksums } from "../../../toolchain/checksums.ts";
import { explainFailure, httpsProxy } from "../../../toolchain/site.ts";

const URL = "https://github.com/pulumi/file.tar.gz";
const PLAIN = httpsProxy({ HTTPS_PROXY: "http://proxy.example:3128" });
const WITH_LOGIN = httpsProxy({ HTTPS_PROXY: "http://me:s3cret@proxy.example:3128" });

describe("the proxy of the environment", () => {
  test.each([
    ["none", {}, undefined],
    ["an empty value", { HTTPS_PROXY: "" }, undefined],
    ["a URL", { HTTPS_PROXY: "http://proxy:3128" }, { name: "http://proxy:3128", hasLogin: false }],
    ["one reached by TLS", { HTTPS_PROXY: "https://proxy" }, { name: "https://proxy" }],
    ["no scheme", { HTTPS_PROXY: "proxy:3128" }, { url: "http://proxy:3128", name: "http://proxy:3128" }],
    ["no scheme, with a login", { HTTPS_PROXY: "me:s3cret@proxy:3128" }, { name: "http://proxy:3128", hasLogin: true }],
    [
      "both spellings",
      { https_proxy: "http://a", HTTPS_PROXY: "http://b" },
      { name: "http://a", variable: "https_proxy" },
    ],
    ["an empty lowercase one", { https_proxy: "", HTTPS_PROXY: "http://b" }, { name: "http://b" }],
    ["an IPv6 address", { HTTPS_PROXY: "http://[::1]:3128" }, { name: "http://[::1]:3128" }],
  ])("is read from %s", (_what, env, expected) => {
    const proxy = httpsProxy(env);
    if (expected === undefined) expect(proxy).toBeUndefined();
    else expect(proxy).toMatchObject(expected);
  });

  test.each(["socks5://me:s3cret@proxy", "http://me:s3cret@", "://s3cret"])(
    "rejects %s without printing it",
    (value) => {
      expect(() => httpsProxy({ HTTPS_PROXY: value })).toThrow(
        /^HTTPS_PROXY: must be a URL such as http:\/\/proxy.example:3128$/,
      );
    },
  );
});

describe("a failed request", () => {
  const failure = (message: string, code?: string) => Object.assign(new Error(message), code && { code });
  test.each([
    [
      "no route",
      failure("connect ECONNREFUSED 127.0.0.1:1", "ECONNREFUSED"),
      undefined,
      "unreachable",
      `${URL}: connect ECONNREFUSED`,
    ],
    ["no text", failure("", "ECONNREFUSED"), undefined, "unreachable", `${URL}: ECONNREFUSED`],
    [
      "a proxy that does not answer",
      failure("connect ETIMEDOUT", "ETIMEDOUT"),
      WITH_LOGIN,
      "unreachable",
      "through the proxy http://proxy.example:3128: connect",
    ],
    [
      "a proxy that denies",
      failure("Proxy response (403) !== 200 when HTTP Tunneling"),
      PLAIN,
      "unreachable",
      "the proxy answered 403",
    ],
    [
      "a missing login",
      failure("Proxy response (407) !== 200 when HTTP Tunneling"),
      PLAIN,
      "login",
      "requires a login: set HTTPS_PROXY",
    ],
    [
      "a refused login",
      failure("Proxy response (407) !== 200 when HTTP Tunneling"),
      WITH_LOGIN,
      "login",
      "refuses the login in HTTPS_PROXY",
    ],
    [
      "an unknown authority",
      failure("self-signed certificate in certificate chain", "SELF_SIGNED_CERT_IN_CHAIN"),
      PLAIN,
      "unreachable",
      "set NODE_EXTRA_CA_CERTS",
    ],
    [
      "a missing intermediate",
      failure("unable to verify the first certificate", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
      undefined,
      "unreachable",
      "set NODE_EXTRA_CA_CERTS",
    ],
  ] as const)("is explained: %s", (_what, error, proxy, problem, text) => {
    const explained = explainFailure(error, URL, proxy);
    expect(explained.problem).toBe(problem);
    expect(explained.message).toContain(text);
    expect(explained.message).not.toContain("s3cret");
  });
});

describe("checksums", () => {
  const SHA1 = "a".repeat(40);
  const SHA256 = "b".repeat(64);

  test("are read from the lists of shasum and sha256sum", () => {
    const list = `${SHA256}  one.tar.gz\n${SHA1} *./two.tar.gz\r\n${"c".repeat(32)}  md5.tar.gz\nnot a sum\n`;
    expect([...parseChecksumList(list)]).toEqual([
      ["one.tar.gz", SHA256],
      ["two.tar.gz", SHA1],
    ]);
  });

  test("are stored for the CLI on every platform, and for nothing that is not downloaded", () => {
    const stored = Object.entries(readChecksums());
    expect(stored.filter(([, sum]) => !/^[0-9a-f]{64}$/.test(sum))).toEqual([]);
    const names = releasedFiles().map(({ name }) => name);
    expect(stored.filter(([name]) => !names.includes(name))).toEqual([]);
    expect(stored.filter(([name]) => name.startsWith("pulumi-v"))).toHaveLength(4);
  });
});
