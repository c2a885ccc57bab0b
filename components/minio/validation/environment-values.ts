/** Returns what is wrong with a value, if anything. */
type Rule = (value: string) => string | undefined;

const matches =
  (pattern: RegExp, problem: string): Rule =>
  (value) =>
    pattern.test(value) ? undefined : problem;

const oneOf = (...values: string[]): Rule => {
  const allowed = values.map((value) => `"${value}"`);
  const problem = `must be ${allowed.slice(0, -1).join(", ")} or ${allowed.at(-1)}`;
  return (value) => (values.includes(value) ? undefined : problem);
};

const wholeNumber = (least: number, most = Infinity): Rule => {
  const problem = `must be a whole number of at least ${least}${most === Infinity ? "" : ` and at most ${most}`}`;
  return (value) => (/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most ? undefined : problem);
};

/** A setting that MinIO turns off for every value except "on". */
const onOrOff = oneOf("on", "off");

/** The boolean values that MinIO accepts. */
const BOOLEAN = /^([01tTfF]|true|TRUE|True|on|ON|On|false|FALSE|False|off|OFF|Off|[eE]nabled|[dD]isabled)$/;
const boolean = matches(BOOLEAN, 'must be "on" or "off"');

const duration = matches(
  /^([+-]?(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+$|^0$/,
  'must be a duration with units, such as "90s" or "1h30m"',
);

/** The URL of another server, to which MinIO connects. */
const calledUrl: Rule = (value) => (parseHttpUrl(value) ? undefined : "must be a URL: https://name or http://name");

/** A URL at which MinIO itself is reachable. */
const ownUrl: Rule = (value) => {
  const url = parseHttpUrl(value);
  if (!url) return "must be a URL with a scheme, such as https://s3.example.com";
  const hasMore = url.username !== "" || url.password !== "" || /[?#]/.test(value);
  return hasMore ? "must be a URL without user, query and fragment, such as https://s3.example.com" : undefined;
};

function parseHttpUrl(value: string): URL | undefined {
  // URL accepts a single slash, which MinIO takes for a path.
  if (!/^https?:\/\/[^/]/i.test(value) || /\s/.test(value)) return undefined;
  return URL.parse(value) ?? undefined;
}

const DOMAIN = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

/** MinIO compares the ends of the texts, so it also rejects `ample.com` together with `example.com`. */
const domains: Rule = (value) => {
  const names = value.split(",");
  const invalid = names.find((name) => !DOMAIN.test(name));
  if (invalid !== undefined) {
    return `"${invalid}" is not a domain name: give names without scheme and port, separated by commas`;
  }
  const common = names.length > 1 ? names.find((name) => names.every((other) => other.endsWith(name))) : undefined;
  return common === undefined ? undefined : `all names end with "${common}", so it must be the only one`;
};

const origins: Rule = (value) =>
  value.split(",").includes("") ? "must be origins separated by commas, without an empty one" : undefined;

/** The rules by the name of the variable. Values of other variables are validated by the trial run. */
const RULES: readonly (readonly [name: RegExp, rule: Rule])[] = [
  [/^MINIO_(SERVER_URL|BROWSER_REDIRECT_URL)$/, ownUrl],
  [/^MINIO_(NOTIFY|LOGGER|AUDIT|LAMBDA)_WEBHOOK_ENDPOINT(_.+)?$/, calledUrl],
  [/^MINIO_(IDENTITY_OPENID_CONFIG_URL(_.+)?|(IDENTITY|POLICY)_PLUGIN_URL|DNS_WEBHOOK_ENDPOINT)$/, calledUrl],
  [/^MINIO_(BROWSER|FS_OSYNC|KMS_AUTO_ENCRYPTION)$/, boolean],
  [/^MINIO_(NOTIFY|LOGGER|AUDIT|LAMBDA)_[A-Z0-9]+_ENABLE(_.+)?$/, boolean],
  [/^MINIO_(COMPRESSION_(ENABLE|ALLOW_ENCRYPTION)|IDENTITY_TLS_(ENABLE|SKIP_VERIFY)|CALLHOME_ENABLE)$/, boolean],
  [/^MINIO_(BROWSER_REDIRECT|UPDATE)$/, onOrOff],
  [/^MINIO_API_(ROOT_ACCESS|GZIP_OBJECTS|ODIRECT|DISABLE_ODIRECT|SYNC_EVENTS)$/, onOrOff],
  [/^MINIO_DOMAIN$/, domains],
  [/^MINIO_API_CORS_ALLOW_ORIGIN$/, origins],
  [/^MINIO_STORAGE_CLASS_(STANDARD|RRS)$/, matches(/^EC:\d+$/, "must be EC:n, with the number n of parity drives")],
  [/^MINIO_STORAGE_CLASS_OPTIMIZE$/, oneOf("availability", "capacity")],
  [/^MINIO_API_REQUESTS_MAX$/, wholeNumber(0)],
  [/^MINIO_API_REPLICATION_MAX_WORKERS$/, wholeNumber(1, 500)],
  [/^MINIO_API_REPLICATION_MAX_LRG_WORKERS$/, wholeNumber(1, 10)],
  [/^MINIO_API_TRANSITION_WORKERS$/, wholeNumber(0)],
  [/^MINIO_API_OBJECT_MAX_VERSIONS$/, wholeNumber(1)],
  [/^MINIO_API_LIST_QUORUM$/, oneOf("strict", "optimal", "reduced", "disk", "auto")],
  [/^MINIO_API_REPLICATION_PRIORITY$/, oneOf("slow", "fast", "auto")],
  [
    /^MINIO_API_(CLUSTER_DEADLINE|REMOTE_TRANSPORT_DEADLINE|DELETE_CLEANUP_INTERVAL|STALE_UPLOADS_(CLEANUP_INTERVAL|EXPIRY))$/,
    duration,
  ],
  [
    /^MINIO_(SITE_REGION|REGION|REGION_NAME)$/,
    matches(/^[a-z][a-z0-9_-]+$/i, "must be letters, digits, hyphens and underscores, beginning with a letter"),
  ],
  [
    /^MINIO_SITE_NAME$/,
    matches(/^[a-z][a-z0-9-]+$/, "must be lowercase letters, digits and hyphens, beginning with a letter"),
  ],
];

/** Returns why MinIO would not start with this setting, or would ignore it; undefined if it is valid or not known. */
export function settingError(name: string, value: string): string | undefined {
  // MinIO treats an empty value as absent.
  if (value === "") return undefined;
  return RULES.find(([pattern]) => pattern.test(name))?.[1](value);
}
