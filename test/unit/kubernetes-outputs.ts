/** Returns the provider's outputs in addition to a resource's inputs, such as a name for an object without one. */
export function kubernetesOutputs(
  type: string,
  name: string,
  inputs: Record<string, unknown>,
): Record<string, unknown> {
  if (type.endsWith(":RootCredentials"))
    return { user: "root-abc", password: "very-secret-password", generation: "g1" };
  if (type.endsWith(":Certificate"))
    return { authority: "AUTHORITY", certificate: "CERTIFICATE", key: "KEY", generation: "c1" };
  if (!type.startsWith("kubernetes:")) return {};
  const metadata = inputs["metadata"] as Record<string, unknown> | undefined;
  return { metadata: { name: `${name}-autoname`, ...metadata } };
}
