/** Ids of the user and group on the machine to which an engine with `userns-remap` maps root in containers. */
export interface RemappedRoot {
  user: number;
  group: number;
}

/** The fields of the engine's information that show its security options and user mapping. */
export interface UserNamespaces {
  SecurityOptions?: string[] | null;
  DockerRootDir?: string;
}

/** Returns whether an engine uses a security feature: `selinux`, `userns`, `rootless`. */
export function hasSecurityOption({ SecurityOptions }: UserNamespaces, name: string): boolean {
  return (SecurityOptions ?? []).some((option) => option.split(",").includes(`name=${name}`));
}

/** Returns the ids from the end of the name of the engine's root folder; undefined if the engine maps no users. */
export function remappedRoot(info: UserNamespaces): RemappedRoot | undefined {
  if (!hasSecurityOption(info, "userns")) return undefined;
  const [, user, group] = /\/(\d+)\.(\d+)\/?$/.exec(info.DockerRootDir ?? "") ?? [];
  return user === undefined ? undefined : { user: Number(user), group: Number(group) };
}
