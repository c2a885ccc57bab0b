/** The page's whole style sheet, for light and dark screens and for print. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f4f6f9; --card: #ffffff; --line: #d9dfe8; --text: #17202e; --quiet: #556176; --net: #2458b8;
  --good: #14713d; --good-soft: #e2f4e9; --warn: #8a5200; --warn-soft: #fdf0d8; --bad: #b3202c; --bad-soft: #fde7e7;
  --unknown: #556176; --unknown-soft: #e9edf3; --shade: 0 1px 2px rgb(20 30 50 / 8%), 0 6px 20px rgb(20 30 50 / 5%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f141c; --card: #182030; --line: #2c3749; --text: #e7ecf4; --quiet: #9fadc2; --net: #7fb0ff;
    --good: #6bd99a; --good-soft: #12301f; --warn: #f3bd5c; --warn-soft: #35270c; --bad: #ff9592; --bad-soft: #3d1719;
    --unknown: #9fadc2; --unknown-soft: #242e3f; --shade: none;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", sans-serif; }
main, header, footer { max-width: 1240px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 32px; display: flex; flex-wrap: wrap; gap: 8px 20px; align-items: center; }
h1 { font-size: 26px; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 17px; margin: 40px 0 14px; }
h3 { font-size: 15px; margin: 0; }
p { margin: 0; }
code, .mono { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, monospace; font-size: 0.88em; }
.quiet { color: var(--quiet); }
.time { margin-left: auto; }
.mark { display: inline-flex; align-items: center; gap: 6px; padding: 1px 10px 1px 8px; border-radius: 999px;
  font-size: 13px; font-weight: 600; white-space: nowrap; }
.mark svg { width: 12px; height: 12px; flex: none; }
.good { color: var(--good); background: var(--good-soft); }
.warn { color: var(--warn); background: var(--warn-soft); }
.bad { color: var(--bad); background: var(--bad-soft); }
.unknown { color: var(--unknown); background: var(--unknown-soft); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 14px; margin: 26px 0 0; }
.card, .figure { background: var(--card); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shade); }
.figure { margin: 0; padding: 14px 16px; display: flex; flex-direction: column; gap: 2px; }
.figure dt { display: flex; justify-content: space-between; align-items: center; color: var(--quiet); font-size: 13px; }
.figure dd { margin: 0; }
.figure .value { font-size: 21px; font-weight: 650; letter-spacing: -0.01em; }
.figure .quiet { font-size: 13px; overflow-wrap: anywhere; }
.problems { margin-top: 26px; padding: 16px 20px; border-color: var(--bad); border-left-width: 5px; }
.problems h2 { margin: 0 0 8px; }
.problems ul { margin: 0; padding-left: 20px; overflow-wrap: anywhere; }
.wire { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: baseline; padding: 12px 18px; color: var(--net);
  border: 2px solid currentColor; border-radius: 14px; background: var(--card); }
.wire.open { border-style: dashed; }
.wire > * { color: var(--text); }
.wire strong { color: var(--net); }
.hosts { display: grid; grid-template-columns: repeat(auto-fill, minmax(272px, 1fr)); gap: 24px 14px; padding: 24px 0 0;
  margin: 0; list-style: none; }
.host { position: relative; padding: 16px 18px; display: flex; flex-direction: column; gap: 12px; min-width: 0; }
.host.on::before { content: ""; position: absolute; top: -25px; left: 34px; height: 24px; border-left: 2px solid var(--net); }
.top { display: flex; gap: 10px; align-items: center; justify-content: space-between; }
.top h3 { font-size: 17px; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 0; font-size: 13.5px; }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.facts ul, .list { list-style: none; margin: 0; padding: 0; }
.part { border-top: 1px solid var(--line); padding-top: 10px; }
.part h4 { font-size: 12px; font-weight: 600; color: var(--quiet); margin: 0 0 6px; }
.list { display: flex; flex-direction: column; gap: 8px; }
.list > li { display: grid; grid-template-columns: 1fr auto; gap: 0 10px; align-items: center; }
.list .name { overflow-wrap: anywhere; font-size: 13.5px; }
.list .wide { grid-column: 1 / -1; font-size: 13px; overflow-wrap: anywhere; }
.error { color: var(--bad); }
.drives { display: grid; grid-template-columns: repeat(auto-fill, minmax(108px, 1fr)); gap: 8px; margin: 10px 0 0; padding: 0;
  list-style: none; }
.drive { border: 1px solid var(--line); border-radius: 9px; padding: 7px 10px; font-size: 12.5px; min-width: 0; }
.drive.not { border-color: var(--bad); }
.drive .row { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 2px 6px; align-items: center; }
.drive .row code { overflow-wrap: anywhere; }
.bar { height: 6px; border-radius: 3px; background: var(--unknown-soft); overflow: hidden; margin: 6px 0 4px;
  border: 1px solid var(--line); }
.bar i { display: block; height: 100%; background: var(--net); }
.scroll { overflow-x: auto; position: relative; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
caption, .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { text-align: left; padding: 9px 18px; vertical-align: top; }
thead th { color: var(--quiet); font-weight: 600; font-size: 12.5px; border-bottom: 1px solid var(--line); white-space: nowrap; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
tbody th { font-weight: 600; white-space: nowrap; }
td { overflow-wrap: break-word; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(340px, 1fr)); gap: 18px; align-items: start; }
.two > .card { padding: 16px 18px; min-width: 0; }
.two h3 { margin-bottom: 10px; }
footer { padding-top: 28px; padding-bottom: 40px; font-size: 13px; }
@media (max-width: 560px) { main, header, footer { padding-left: 14px; padding-right: 14px; }
  .hosts { grid-template-columns: 1fr; } .two { grid-template-columns: 1fr; } .time { margin-left: 0; } }
@media print { body { background: none; } .card, .figure, .host { box-shadow: none; break-inside: avoid; } }
`;
