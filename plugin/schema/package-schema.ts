import type { NamedTypes, PropertySpec } from "../../core/argument-types.ts";

/** The parts of Pulumi's package schema that this package uses. */
export interface PackageSchema {
  name: string;
  version: string;
  displayName: string;
  description: string;
  license: string;
  /** Where Pulumi downloads the plugin for programs in other languages. */
  pluginDownloadURL?: string;
  language: Record<string, object>;
  /** Settings of the provider: `pulumi config set swarm:<name>`. */
  config: { variables: Record<string, PropertySpec> };
  resources: Record<string, ResourceSpec>;
  types: NamedTypes;
}

/** A component, or a resource that can be imported. */
export interface ResourceSpec {
  description: string;
  isComponent?: true;
  inputProperties: Record<string, PropertySpec>;
  requiredInputs: string[];
  properties: Record<string, PropertySpec>;
  required: string[];
}
