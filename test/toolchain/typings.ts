import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { ROOT } from "../../toolchain/cache.ts";

const PACKAGE = join(ROOT, "node_modules", "@pulumi", "docker");

/** A property in the typings of @pulumi/docker. */
export interface TypedProperty {
  name: string;
  /** `string`, `number[]`, `object`, `map` and so on. */
  type: string;
  required: boolean;
  /** Members of an object, or of the objects in a list. */
  properties?: TypedProperty[];
}

function source(file: string): ts.SourceFile {
  const path = join(PACKAGE, `${file}.d.ts`);
  return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
}

const shapes = { inputs: source("types/input"), outputs: source("types/output") };

/** Returns the inputs of a resource: the members of its `Args`. */
export function inputsOf(resource: string): TypedProperty[] {
  return membersOf(declaration(source(fileOf(resource)), `${resource}Args`));
}

/** Returns the outputs of a resource: the properties of its class. */
export function outputsOf(resource: string): TypedProperty[] {
  const file = source(fileOf(resource));
  const found = file.statements.find((node) => ts.isClassDeclaration(node) && node.name?.text === resource);
  if (!found || !ts.isClassDeclaration(found)) throw new Error(`${file.fileName} declares no class ${resource}`);
  return found.members.filter(ts.isPropertyDeclaration).map(propertyOf).sort(byName);
}

/** Returns the token under which the package registers a resource. */
export function tokenOf(resource: string): string {
  const code = readFileSync(join(PACKAGE, `${fileOf(resource)}.js`), "utf8");
  const [, token] = /__pulumiType = '([^']+)'/.exec(code) ?? [];
  if (!token) throw new Error(`${fileOf(resource)}.js names no __pulumiType`);
  return token;
}

const fileOf = (resource: string) => resource.charAt(0).toLowerCase() + resource.slice(1);
const byName = (one: TypedProperty, other: TypedProperty) => (one.name < other.name ? -1 : 1);

function declaration(file: ts.SourceFile, name: string): ts.InterfaceDeclaration {
  const found = file.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
  if (!found || !ts.isInterfaceDeclaration(found)) throw new Error(`${file.fileName} declares no interface ${name}`);
  return found;
}

function membersOf(shape: ts.InterfaceDeclaration): TypedProperty[] {
  return shape.members.filter(ts.isPropertySignature).map(propertyOf).sort(byName);
}

function propertyOf(node: ts.PropertySignature | ts.PropertyDeclaration): TypedProperty {
  if (!node.type) throw new Error(`${node.name.getText()} has no type`);
  const property = { name: node.name.getText(), required: !node.questionToken, ...described(node.type) };
  return property;
}

/** Returns the type without wrappers that only tell when it is known: `pulumi.Input`, `pulumi.Output`, `undefined`. */
function described(node: ts.TypeNode): Pick<TypedProperty, "type" | "properties"> {
  if (ts.isParenthesizedTypeNode(node)) return described(node.type);
  if (ts.isUnionTypeNode(node)) {
    const kinds = node.types.filter((type) => type.kind !== ts.SyntaxKind.UndefinedKeyword).map(described);
    return kinds[0] ?? { type: "undefined" };
  }
  if (ts.isArrayTypeNode(node)) {
    const element = described(node.elementType);
    return { ...element, type: `${element.type}[]` };
  }
  if (ts.isTypeLiteralNode(node)) return { type: "map" };
  if (ts.isTypeReferenceNode(node)) return referred(node);
  return { type: node.getText() };
}

function referred(node: ts.TypeReferenceNode): Pick<TypedProperty, "type" | "properties"> {
  const [space = "", name = ""] = node.typeName.getText().split(".");
  if (space === "pulumi" && node.typeArguments?.[0]) return described(node.typeArguments[0]);
  if (space !== "inputs" && space !== "outputs") throw new Error(`${node.getText()}: not known here`);
  return { type: "object", properties: membersOf(declaration(shapes[space], name)) };
}
