import { type Dispatcher, EnvHttpProxyAgent, interceptors, request } from "undici";
import { errorMessage } from "../engine/error-message.ts";

/** Time for a site to start its response, and between two parts of it, in milliseconds. */
const ANSWER_MS = 15_000;
const STALL_MS = 30_000;
/** A release's address redirects to the storage of its files. */
const MAX_REDIRECTIONS = 5;

/** Why a site could not be used. */
export type SiteProblem =
  /** No usable response: no route, no name, no trusted certificate, or a proxy that blocks the request. */
  | "unreachable"
  /** The answer ended early. */
  | "interrupted"
  /** The site is overloaded or has an error of its own. */
  | "busy"
  /** The site does not have the file, or denies it; to ask again changes nothing. */
  | "refused"
  /** The proxy requires another login. */
  | "login";

/** A site that could not be used. The message names the URL and the proxy, but no login. */
export class SiteError extends Error {
  readonly problem: SiteProblem;

  constructor(problem: SiteProblem, message: string) {
    super(message);
    this.name = "SiteError";
    this.problem = problem;
  }
}

/** The proxy that the environment names for https. */
export interface Proxy {
  /** As the environment has it, with `http://` if it names no scheme, as curl and Go read it. May contain a login. */
  url: string;
  /** For messages: scheme, host and port. */
  name: string;
  /** The variable that names it. */
  variable: string;
  hasLogin: boolean;
}

/**
 * Returns the proxy for https; undefined if there is none.
 *
 * @throws for an invalid value, without printing it.
 */
export function httpsProxy(env: NodeJS.ProcessEnv = process.env): Proxy | undefined {
  const variable = ["https_proxy", "HTTPS_PROXY"].find((name) => env[name]);
  if (variable === undefined) return undefined;
  const value = env[variable] ?? "";
  const url = value.includes("://") ? value : `http://${value}`;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Error(`${variable}: must be a URL such as http://proxy.example:3128`);
  }
  const { protocol, host, username } = new URL(url);
  return { url, name: `${protocol}//${host}`, variable, hasLogin: username !== "" };
}

export interface SiteRequest {
  method?: "GET" | "HEAD";
  headers?: Record<string, string>;
  /** @default 15 s */
  answerMs?: number;
  /** Longest pause between two parts of the response, in milliseconds. @default 30 s */
  stallMs?: number;
}

/**
 * Requests a URL, through a proxy if the environment names one. undici does this, because Node's own `fetch` uses a proxy
 * only since 22.21, and then for every connection of the process, including those to engines and stores.
 *
 * @throws SiteError for any response that does not report success.
 */
export async function requestSite(
  url: string,
  { method = "GET", headers, answerMs = ANSWER_MS, stallMs = STALL_MS }: SiteRequest = {},
): Promise<Dispatcher.ResponseData> {
  const proxy = httpsProxy();
  const agent = new EnvHttpProxyAgent({ ...(proxy && { httpsProxy: proxy.url }), bodyTimeout: stallMs });
  const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTIONS }));
  const slow = new AbortController();
  const timer = setTimeout(() => slow.abort(new SlowError(answerMs)), answerMs);
  try {
    const response = await request(url, { method, headers, dispatcher, signal: slow.signal });
    if (response.statusCode >= 200 && response.statusCode < 300) return response;
    response.body.on("error", () => {}).destroy();
    throw statusError(response.statusCode, url);
  } catch (error) {
    throw error instanceof SiteError ? error : explainFailure(error, url, proxy);
  } finally {
    clearTimeout(timer);
  }
}

class SlowError extends Error {
  constructor(ms: number) {
    super(`no answer within ${Math.round(ms / 1000)} s`);
    this.name = "SlowError";
  }
}

function statusError(status: number, url: string): SiteError {
  return new SiteError(status === 429 || status >= 500 ? "busy" : "refused", `${url} answered ${status}`);
}

/** Codes of OpenSSL and Node for a certificate that no known authority signed. */
const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|CERT_UNTRUSTED/;

/** Explains why a request got no answer. */
export function explainFailure(error: unknown, url: string, proxy: Proxy | undefined): SiteError {
  const via = proxy ? ` through the proxy ${proxy.name}` : "";
  const text = errorMessage(error);
  const { code = "" } = error as { code?: string };
  const status = /Proxy response \((\d+)\)/.exec(text)?.[1];
  if (proxy && status === "407") {
    const login = proxy.hasLogin
      ? `refuses the login in ${proxy.variable}`
      : `requires a login: set ${proxy.variable} to http://user:password@host:port`;
    return new SiteError("login", `the proxy ${proxy.name} ${login}`);
  }
  if (status !== undefined) return new SiteError("unreachable", `${url}${via}: the proxy answered ${status}`);
  if (UNTRUSTED.test(code)) {
    const advice = "if a proxy inspects TLS, set NODE_EXTRA_CA_CERTS to the file with its CA certificate";
    return new SiteError("unreachable", `${url}${via}: its certificate is not trusted (${code}): ${advice}`);
  }
  return new SiteError("unreachable", `${url}${via}: ${text || code}`);
}
