import ts from "typescript";
import {
  ANY,
  type FieldSpecs,
  type NamedTypes,
  type ObjectTypeSpec,
  type PropertySpec,
  RESOURCE_REF,
  TYPE_REF,
  type TypeSpec,
} from "../../core/argument-types.ts";
import { descriptionOf, hasTag } from "./doc-comments.ts";

/** Names of types and components in the schema: `swarm:index:<Name>`. */
export const token = (name: string) => `swarm:index:${name}`;

/** Returns the record with its keys in order. */
export function sortedByKey<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The programs that pass arguments: those on Node.js, or those in all languages. */
export type Programs = "node" | "all";

/** Arguments that are functions, and outputs that are resources of other packages. */
const TYPESCRIPT_ONLY = new Set(["provider", "transform"]);

/** How a type is used. */
interface Use {
  /** Path of the property, for errors. */
  path: string;
  /** Whether every value inside may be an Output. */
  deep: boolean;
  /** Whether the value itself may be an Output. */
  input: boolean;
  /** Types of outputs are never plain. */
  output: boolean;
  /** Whether numbers may have fractions. */
  fractional: boolean;
}

/**
 * Converts TypeScript's types of arguments and outputs to Pulumi's schema. Types that only programs on Node.js can pass
 * are problems, or with `programs: "node"` values of any type.
 */
export class TypeReader {
  /** Types that arguments and outputs refer to, by token. */
  readonly types: NamedTypes = {};
  /** Arguments and outputs that other languages cannot use, and why. */
  readonly problems: string[] = [];
  readonly #checker: ts.TypeChecker;
  readonly #components: readonly ts.Symbol[];
  readonly #programs: Programs;

  /** @param components the classes that a program may refer to */
  constructor(checker: ts.TypeChecker, components: readonly ts.Symbol[], programs: Programs) {
    this.#checker = checker;
    this.#components = components;
    this.#programs = programs;
  }

  /** Returns the properties of an arguments interface, or of another object type. */
  inputs(type: ts.Type, path: string): FieldSpecs {
    return this.#properties(this.#checker.getPropertiesOfType(type), { path, deep: false, output: false });
  }

  /** Returns public fields of a component. */
  outputs(fields: readonly ts.Symbol[], path: string): FieldSpecs {
    return this.#properties(fields, { path, deep: false, output: true });
  }

  #properties(symbols: readonly ts.Symbol[], { path, deep, output }: Pick<Use, "path" | "deep" | "output">) {
    const properties: Record<string, PropertySpec> = {};
    const required: string[] = [];
    for (const symbol of symbols) {
      const isForTypeScript = hasTag(symbol, "internal") || TYPESCRIPT_ONLY.has(symbol.name);
      if (isForTypeScript && this.#programs === "all") continue;
      const inner = `${path}.${symbol.name}`;
      const use = { path: inner, deep, output, input: deep || output, fractional: hasTag(symbol, "fractional") };
      properties[symbol.name] = {
        ...this.#convert(declaredType(symbol), use),
        description: descriptionOf(symbol, this.#checker),
        ...(hasTag(symbol, "secret") && { secret: true as const }),
      };
      if (!(symbol.flags & ts.SymbolFlags.Optional)) required.push(symbol.name);
    }
    // Their order means nothing, and must not change when an argument moves to a base interface.
    return { properties: sortedByKey(properties), required: required.sort() };
  }

  #convert(node: ts.TypeNode | undefined, use: Use): TypeSpec {
    if (!node) return this.#unsupported(use, "field or generic type without an explicit type");
    const plain = plainness(use);
    if (ts.isParenthesizedTypeNode(node)) return this.#convert(node.type, use);
    if (ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.ReadonlyKeyword)
      return this.#convert(node.type, use);
    switch (node.kind) {
      case ts.SyntaxKind.StringKeyword:
        return { type: "string", ...plain };
      case ts.SyntaxKind.BooleanKeyword:
        return { type: "boolean", ...plain };
      case ts.SyntaxKind.NumberKeyword:
        return { type: use.fractional ? "number" : "integer", ...plain };
      case ts.SyntaxKind.UnknownKeyword:
        return this.#programs === "all" ? { $ref: ANY } : {};
    }
    if (ts.isFunctionTypeNode(node) && this.#programs === "node") return { type: "function" };
    if (ts.isArrayTypeNode(node)) return this.#list(node.elementType, use);
    if (ts.isUnionTypeNode(node)) return this.#union(node, use);
    if (ts.isTypeReferenceNode(node)) return this.#reference(node, use);
    return this.#unsupported(use, `type ${node.getText()}`);
  }

  #list(node: ts.TypeNode | undefined, use: Use): TypeSpec {
    const items = this.#convert(node, use);
    return { type: "array", items, ...(!isReference(items) && plainness(use)) };
  }

  #map(node: ts.TypeNode | undefined, use: Use): TypeSpec {
    const additionalProperties = this.#convert(node, use);
    return { type: "object", additionalProperties, ...(!isReference(additionalProperties) && plainness(use)) };
  }

  #union(node: ts.UnionTypeNode, use: Use): TypeSpec {
    const members = node.types.filter((member) => member.kind !== ts.SyntaxKind.UndefinedKeyword);
    const [only] = members;
    if (only && members.length === 1) return this.#convert(only, use);
    return this.#unsupported(use, `union ${node.getText()} without a name`);
  }

  #reference(node: ts.TypeReferenceNode, use: Use): TypeSpec {
    const symbol = this.#resolve(node.typeName);
    const [first, second] = node.typeArguments ?? [];
    switch (symbol.name) {
      case "Input":
      case "Output":
        return this.#convert(first, { ...use, input: true });
      case "Readonly":
        return this.#convert(first, use);
      case "Array":
      case "ReadonlyArray":
        return this.#list(first, use);
      case "Record":
        return this.#map(second, use);
      case "DeepInput":
        return this.#convert(first, { ...use, input: true, deep: true });
      case "FieldInputs":
        return { $ref: ANY };
    }
    const [declaration] = symbol.declarations ?? [];
    const isForeign = declaration?.getSourceFile().fileName.includes("/node_modules/") ?? true;
    const isFunction = declaration && ts.isTypeAliasDeclaration(declaration) && ts.isFunctionTypeNode(declaration.type);
    if (!declaration || isForeign || (node.typeArguments && !isFunction))
      return this.#unsupported(use, `type ${node.getText()}`);
    if (ts.isClassDeclaration(declaration)) return this.#component(symbol, use);
    if (ts.isTypeAliasDeclaration(declaration)) return this.#alias(symbol, declaration, use);
    if (ts.isInterfaceDeclaration(declaration)) return this.#interface(symbol, use);
    return this.#unsupported(use, `type ${node.getText()}`);
  }

  #component(symbol: ts.Symbol, use: Use): TypeSpec {
    if (!this.#components.includes(symbol))
      return this.#unsupported(use, `class ${symbol.name} that is not a component`);
    return { $ref: RESOURCE_REF + token(symbol.name) };
  }

  #alias(symbol: ts.Symbol, { type }: ts.TypeAliasDeclaration, use: Use): TypeSpec {
    if (!ts.isUnionTypeNode(type)) return this.#convert(type, use);
    const literals = type.types.flatMap((member) =>
      ts.isLiteralTypeNode(member) && ts.isStringLiteral(member.literal) ? [member.literal.text] : [],
    );
    if (literals.length === type.types.length) return this.#enum(symbol, literals, use);
    const members = type.types.map((member) => this.#convert(member, use));
    if (members.every(({ $ref }) => $ref?.startsWith(RESOURCE_REF))) return { oneOf: members };
    return this.#unsupported(use, `union ${symbol.name} of anything but strings or components`);
  }

  #enum(symbol: ts.Symbol, values: readonly string[], use: Use): TypeSpec {
    // The component itself checks the value.
    if (this.#programs === "node") return { type: "string", ...plainness(use) };
    this.types[token(symbol.name)] = {
      type: "string",
      description: descriptionOf(symbol, this.#checker),
      enum: values.map((value) => ({ name: enumName(value), value })),
    };
    return { $ref: TYPE_REF + token(symbol.name), ...plainness(use) };
  }

  #interface(symbol: ts.Symbol, use: Use): TypeSpec {
    const type = this.#checker.getDeclaredTypeOfSymbol(symbol);
    const properties = this.#checker.getPropertiesOfType(type);
    // An object of the Engine's API. Languages that change the case of names would not restore it.
    if (properties.some((property) => /^[A-Z]/.test(property.name))) return this.#any(use);
    // A component of one of several classes.
    if (
      !use.output &&
      properties.some((property) => /^(pulumi[.])?Output</.test(declaredType(property)?.getText() ?? ""))
    )
      return this.#unsupported(use, `interface ${symbol.name} with Outputs`);
    // The generators of SDKs add `Args` to the names of input types.
    const name = token(symbol.name.replace(/Args$/, ""));
    const known = this.types[name];
    if (!known) {
      const spec: ObjectTypeSpec = {
        type: "object",
        description: descriptionOf(symbol, this.#checker),
        properties: {},
        required: [],
      };
      // Added before its properties are read, because they may refer to it.
      this.types[name] = spec;
      const { deep, output } = use;
      Object.assign(spec, this.#properties(properties, { path: symbol.name, deep, output }));
    }
    return { $ref: TYPE_REF + name, ...plainness(use) };
  }

  #unsupported(use: Use, what: string): TypeSpec {
    this.problems.push(`${use.path}: other languages have no ${what}`);
    return this.#any(use);
  }

  /** Returns the type of any value. Only for programs on Node.js there is one that may be an Output. */
  #any({ input }: Use): TypeSpec {
    return input && this.#programs === "node" ? {} : { $ref: ANY };
  }

  #resolve(name: ts.EntityName): ts.Symbol {
    const symbol = this.#checker.getSymbolAtLocation(name);
    if (!symbol) throw new Error(`${name.getText()}: unresolved`);
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }
}

const plainness = ({ input }: Use): Pick<TypeSpec, "plain"> => (input ? {} : { plain: true });

/** Whether a value is a component. Programs have an Output of one wherever another component returns it. */
const isReference = ({ $ref, oneOf }: TypeSpec) => oneOf !== undefined || $ref?.startsWith(RESOURCE_REF);

/** Returns the type in a property's declaration. */
function declaredType(symbol: ts.Symbol): ts.TypeNode | undefined {
  const [declaration] = symbol.declarations ?? [];
  const isProperty = declaration && (ts.isPropertySignature(declaration) || ts.isPropertyDeclaration(declaration));
  return isProperty ? declaration.type : undefined;
}

/** Returns a literal's name in languages with enums: `read-write` → `ReadWrite`. */
function enumName(value: string): string {
  return value
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}
