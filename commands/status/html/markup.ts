/** Trusted markup. Only `html` creates it. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A value in a template: text is escaped, lists are joined, `undefined` and `false` are left out. */
export type Part = string | number | Markup | undefined | false | readonly Part[];

/** Builds markup from a template. Values are escaped, so that names of nodes or containers stay text. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(texts.reduce((text, next, at) => text + markupOf(parts[at - 1]) + next));
}

function markupOf(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(markupOf).join("");
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
