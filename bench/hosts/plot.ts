/** A line of a plot: pairs of x and y, sorted by x. */
export interface Curve {
  name: string;
  points: (readonly [x: number, y: number])[];
}

export interface Plot {
  title: string;
  /** Labels of the axes, with units. */
  x: string;
  y: string;
  curves: readonly Curve[];
}

const WIDTH = 640;
const HEIGHT = 360;
const LEFT = 64;
const RIGHT = 24;
const TOP = 40;
const BOTTOM = 56;

/** Each curve has its own mark, for color-blind readers. The colors are readable on light and dark backgrounds. */
const STYLES = [
  { colour: "#2f81f7", mark: (x: number, y: number) => `<circle cx="${x}" cy="${y}" r="4"/>` },
  { colour: "#d4761a", mark: (x: number, y: number) => `<rect x="${x - 4}" y="${y - 4}" width="8" height="8"/>` },
  { colour: "#2da44e", mark: (x: number, y: number) => `<path d="M${x} ${y - 5}l5 9h-10z"/>` },
] as const;

/** Draws curves as SVG. Both axes start at 0, so that linear growth is a straight line through the origin. */
export function plotSvg({ title, x, y, curves }: Plot): string {
  const points = curves.flatMap((curve) => curve.points);
  if (points.length === 0) throw new Error(`plot "${title}": there is nothing to draw`);
  if (curves.length > STYLES.length)
    throw new Error(`plot "${title}": at most ${STYLES.length} curves can be told apart`);
  const xs = axis(Math.max(...points.map(([value]) => value)));
  const ys = axis(Math.max(...points.map(([, value]) => value)));
  const across = (value: number) => round(LEFT + (value / xs.at(-1)!) * (WIDTH - LEFT - RIGHT));
  const up = (value: number) => round(HEIGHT - BOTTOM - (value / ys.at(-1)!) * (HEIGHT - TOP - BOTTOM));
  const [right, bottom] = [WIDTH - RIGHT, HEIGHT - BOTTOM];
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">`,
    `<g font-family="sans-serif" font-size="12" fill="#808080">`,
    text(WIDTH / 2, 20, title, 'text-anchor="middle" font-size="14"'),
    ...ys.flatMap((tick) => [
      `<path d="M${LEFT} ${up(tick)}H${right}" stroke="#808080" stroke-opacity="${tick === 0 ? 1 : 0.25}"/>`,
      text(LEFT - 8, up(tick) + 4, String(tick), 'text-anchor="end"'),
    ]),
    ...xs.map((tick) => text(across(tick), bottom + 18, String(tick), 'text-anchor="middle"')),
    text((LEFT + right) / 2, HEIGHT - 14, x, 'text-anchor="middle"'),
    text(16, (TOP + bottom) / 2, y, `text-anchor="middle" transform="rotate(-90 16 ${(TOP + bottom) / 2})"`),
    ...curves.flatMap(({ name, points: own }, at) => {
      const { colour, mark } = STYLES[at]!;
      const places = own.map(([px, py]) => [across(px), up(py)] as const);
      const row = TOP + 12 + at * 18;
      return [
        `<polyline points="${places.map((place) => place.join(",")).join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        `<g fill="${colour}">${[...places, [LEFT + 16, row - 4] as const].map((place) => mark(...place)).join("")}</g>`,
        text(LEFT + 28, row, name),
      ];
    }),
    "</g>",
    "</svg>",
  ];
  return `${lines.join("\n")}\n`;
}

/** Returns four to eight round numbers from 0 to at least `most`. */
export function axis(most: number): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, at) => Number((at * step).toPrecision(6)));
}

function text(x: number, y: number, content: string, attributes = ""): string {
  return `<text x="${x}" y="${y}"${attributes && ` ${attributes}`}>${escaped(content)}</text>`;
}

const round = (value: number) => Math.round(value * 10) / 10;

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
