import { expect, test } from "vitest";
import { settingError } from "../../../../components/minio/validation/environment-values.ts";

const OWN_URL = "must be a URL with a scheme, such as https://s3.example.com";
const PLAIN_URL = "must be a URL without user, query and fragment, such as https://s3.example.com";
const CALLED_URL = "must be a URL: https://name or http://name";
const ON_OFF = 'must be "on" or "off"';
const PARITY = "must be EC:n, with the number n of parity drives";
const DURATION = 'must be a duration with units, such as "90s" or "1h30m"';

test.each([
  ["MINIO_SERVER_URL", "s3.example.com", OWN_URL],
  ["MINIO_SERVER_URL", "s3.example.com:443", OWN_URL],
  ["MINIO_SERVER_URL", "ftp://s3.example.com", OWN_URL],
  ["MINIO_SERVER_URL", "https:/s3.example.com", OWN_URL],
  ["MINIO_SERVER_URL", "https://", OWN_URL],
  ["MINIO_SERVER_URL", "https://s3.example.com:99999", OWN_URL],
  ["MINIO_SERVER_URL", "https://s3 example.com", OWN_URL],
  ["MINIO_SERVER_URL", "https://user@s3.example.com", PLAIN_URL],
  ["MINIO_SERVER_URL", "https://s3.example.com?x", PLAIN_URL],
  ["MINIO_BROWSER_REDIRECT_URL", "console.example.com", OWN_URL],
  ["MINIO_BROWSER_REDIRECT_URL", "https://console.example.com/#login", PLAIN_URL],
  ["MINIO_NOTIFY_WEBHOOK_ENDPOINT_ONE", "hooks.example", CALLED_URL],
  ["MINIO_AUDIT_WEBHOOK_ENDPOINT", "/audit", CALLED_URL],
  ["MINIO_IDENTITY_OPENID_CONFIG_URL", "id.example/.well-known/openid-configuration", CALLED_URL],
  ["MINIO_IDENTITY_OPENID_CONFIG_URL_SECOND", "id.example", CALLED_URL],
  ["MINIO_BROWSER", "yes", ON_OFF],
  ["MINIO_FS_OSYNC", "2", ON_OFF],
  ["MINIO_KMS_AUTO_ENCRYPTION", "always", ON_OFF],
  ["MINIO_NOTIFY_WEBHOOK_ENABLE_ONE", "yes", ON_OFF],
  ["MINIO_COMPRESSION_ENABLE", "yes", ON_OFF],
  ["MINIO_BROWSER_REDIRECT", "true", ON_OFF],
  ["MINIO_API_ROOT_ACCESS", "true", ON_OFF],
  [
    "MINIO_DOMAIN",
    "https://s3.example.com",
    '"https://s3.example.com" is not a domain name: give names without scheme and port, separated by commas',
  ],
  [
    "MINIO_DOMAIN",
    "s3.example.com:9000",
    '"s3.example.com:9000" is not a domain name: give names without scheme and port, separated by commas',
  ],
  [
    "MINIO_DOMAIN",
    "a.example, b.example",
    '" b.example" is not a domain name: give names without scheme and port, separated by commas',
  ],
  ["MINIO_DOMAIN", "s3.example.com,example.com", 'all names end with "example.com", so it must be the only one'],
  ["MINIO_API_CORS_ALLOW_ORIGIN", "https://a.example,", "must be origins separated by commas, without an empty one"],
  ["MINIO_STORAGE_CLASS_STANDARD", "4", PARITY],
  ["MINIO_STORAGE_CLASS_STANDARD", "EC:-1", PARITY],
  ["MINIO_STORAGE_CLASS_RRS", "EC:two", PARITY],
  ["MINIO_STORAGE_CLASS_OPTIMIZE", "speed", 'must be "availability" or "capacity"'],
  ["MINIO_API_REQUESTS_MAX", "many", "must be a whole number of at least 0"],
  ["MINIO_API_REPLICATION_MAX_WORKERS", "501", "must be a whole number of at least 1 and at most 500"],
  ["MINIO_API_OBJECT_MAX_VERSIONS", "0", "must be a whole number of at least 1"],
  ["MINIO_API_LIST_QUORUM", "any", 'must be "strict", "optimal", "reduced", "disk" or "auto"'],
  ["MINIO_API_CLUSTER_DEADLINE", "10", DURATION],
  ["MINIO_API_STALE_UPLOADS_EXPIRY", "1 day", DURATION],
  ["MINIO_SITE_REGION", "1", "must be letters, digits, hyphens and underscores, beginning with a letter"],
  ["MINIO_SITE_NAME", "Rack 1", "must be lowercase letters, digits and hyphens, beginning with a letter"],
])("rejects %s=%s", (name, value, problem) => {
  expect(settingError(name, value)).toBe(problem);
});

test.each([
  ["MINIO_SERVER_URL", "https://s3.example.com"],
  ["MINIO_SERVER_URL", "http://[2001:db8::1]:9000/"],
  ["MINIO_BROWSER_REDIRECT_URL", "https://example.com/console"],
  ["MINIO_NOTIFY_WEBHOOK_ENDPOINT_ONE", "https://hooks.example/minio?key=1"],
  ["MINIO_BROWSER", "On"],
  ["MINIO_BROWSER", "disabled"],
  ["MINIO_FS_OSYNC", "1"],
  ["MINIO_BROWSER_REDIRECT", "off"],
  ["MINIO_DOMAIN", "s3.example.com,s3.example.org"],
  ["MINIO_DOMAIN", "localhost"],
  ["MINIO_STORAGE_CLASS_STANDARD", "EC:0"],
  ["MINIO_API_REQUESTS_MAX", "1600"],
  ["MINIO_API_CLUSTER_DEADLINE", "1m30.5s"],
  ["MINIO_SITE_REGION", "eu-central-1"],
  ["MINIO_SITE_NAME", "rack-1"],
  ["MINIO_SITE_NAME", ""],
  ["MINIO_NOT_KNOWN_HERE", "anything"],
])("accepts %s=%s", (name, value) => {
  expect(settingError(name, value)).toBeUndefined();
});
