import type { DeclaredContainer } from "./containers.ts";

/** Whether a container is a MinIO server. */
export function isMinioServer(container: DeclaredContainer): boolean {
  const args = splitCommandLine(container.args());
  const at = args.indexOf("server");
  if (at < 0) return false;
  const hasServerArguments = args.some((arg) => /^(--console-address|--address)|^(\/|https?:\/\/)/.test(arg));
  const hasServerProgram = /(^|\/)(minio|silo)$/.test(args[at - 1] ?? "");
  // A variable can also give the drives.
  return (
    hasServerArguments || hasServerProgram || Object.keys(container.environment()).some((name) => /^MINIO_/.test(name))
  );
}

/** Whether the arguments set the certificate folder. No image contains the default folder. */
export function hasCertificatesFolder(args: readonly string[]): boolean {
  return splitCommandLine(args).some((arg) => /^--?(certs-dir|S)\b/.test(arg));
}

/** Returns the ports on which a MinIO server listens. */
export function minioPorts(args: readonly string[]): number[] {
  const port = (option: string) => {
    const all = splitCommandLine(args);
    const at = all.findIndex((arg) => arg === option || arg.startsWith(`${option}=`));
    const value = at < 0 ? undefined : all[at] === option ? all[at + 1] : all[at]?.slice(option.length + 1);
    const [, digits] = /:(\d+)$/.exec(value ?? "") ?? [];
    return digits === undefined ? [] : [Number(digits)];
  };
  const [api = 9000] = port("--address");
  return [api, ...port("--console-address")];
}

/** Splits a command line into words, including scripts that are passed to a shell. */
export function splitCommandLine(args: readonly string[]): string[] {
  return args.flatMap((arg) => (/\s/.test(arg) ? arg.split(/[\s;&|()"']+/).filter(Boolean) : [arg]));
}
