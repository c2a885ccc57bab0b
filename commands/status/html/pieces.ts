import type { Health } from "./health.ts";
import { html, type Markup, type Part } from "./markup.ts";

const HEALTH_ICONS: Record<Health, Markup> = {
  good: html`<path d="M2 6.5 5 9.5 10 3" />`,
  warn: html`<path d="M6 2v5M6 9.6v.4" />`,
  bad: html`<path d="m3 3 6 6M9 3 3 9" />`,
  unknown: html`<path d="M2.5 6h7" />`,
};

const HEALTH_LABELS: Record<Health, string> = {
  good: "healthy",
  warn: "degraded",
  bad: "unhealthy",
  unknown: "unknown",
};

/** Renders a health as an icon, with a hidden label for screen readers. */
export function statusIcon(health: Health): Markup {
  return html`<span class="mark ${health}">${sign(health)}<span class="unseen">${HEALTH_LABELS[health]}</span></span>`;
}

/** Renders a health as an icon with a visible label. */
export function statusLabel(health: Health, word: string): Markup {
  return html`<span class="mark ${health}">${sign(health)}${word}</span>`;
}

function sign(health: Health): Markup {
  return html`<svg
    viewBox="0 0 12 12"
    aria-hidden="true"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
  >
    ${HEALTH_ICONS[health]}
  </svg>`;
}

/** Renders names with their values; several values become a list. */
export function definitionList(values: Readonly<Record<string, readonly string[]>>): Markup {
  const rows = Object.entries(values).map(([name, lines]) => {
    const value =
      lines.length > 1
        ? html`<ul>
            ${lines.map((line) => html`<li>${line}</li>`)}
          </ul>`
        : (lines[0] ?? "–");
    return html`<dt>${name}</dt>
      <dd>${value}</dd>`;
  });
  return html`<dl class="facts">${rows}</dl>`;
}

/** Renders a table. The first cell of each row is its header. */
export function htmlTable(caption: string, head: readonly string[], rows: readonly (readonly Part[])[]): Markup {
  return html`<div class="card scroll">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, ...cells]) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Joins lines with line breaks. */
export function lineBreaks(texts: readonly string[]): Part {
  return texts.map((text, at) => (at === 0 ? text : html`<br />${text}`));
}
