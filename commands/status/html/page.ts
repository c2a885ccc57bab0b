import type { NetworkReport, ServiceReport, StatusReport, TaskReport } from "../model.ts";
import { formatAge, networkFacts, shortImage } from "../render.ts";
import type { StoreReport } from "../store.ts";
import { type Figure, figures, serviceHealth, stateHealth, taskHealth } from "./health.ts";
import { hostCard, serverPart, taskList } from "./host-card.ts";
import { hostsView } from "./hosts.ts";
import { html, Markup, type Part } from "./markup.ts";
import { statusIcon, definitionList, lineBreaks, statusLabel, htmlTable } from "./pieces.ts";
import { STYLE } from "./style.ts";

/** A browser may load nothing but the style inside the page. */
const CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** Renders the report as a self-contained page. */
export function statusPage(report: StatusReport, at: Date): string {
  const { stack, problems, services, tasks, store, network, manager } = report;
  const time = at.toISOString();
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}" />
        <title>${problems.length === 0 ? "" : `(${problems.length}) `}${stack} – pulumi-swarm</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <h1>Stack ${stack}</h1>
          ${problems.length === 0 ? statusLabel("good", "all is well") : statusLabel("bad", countOf(problems.length, "problem"))}
          <p class="quiet time">as of <time datetime="${time}">${time.replace("T", " ").slice(0, 19)} UTC</time></p>
        </header>
        <main>
          ${problems.length > 0 && problemList(problems)}
          <dl class="figures">${figures(report).map(figure)}</dl>
          ${hostsSection(report)}
          <h2>Services</h2>
          ${services.length > 0 ? serviceTable(services) : html`<p class="quiet">${unlessUnknown(manager, "none")}</p>`}
          <h2>Network and store</h2>
          <div class="two">
            <section class="card">
              <h3>Network</h3>
              ${network ? definitionList(networkFacts(network, manager)) : html`<p class="quiet">${unlessUnknown(manager, "missing")}</p>`}
            </section>
            <section class="card">
              <h3>Store</h3>
              ${storeFacts(store)}
            </section>
          </div>
          <h2>Tasks, including previous ones</h2>
          ${tasks.length > 0 ? taskTable(tasks) : html`<p class="quiet">${unlessUnknown(manager, "none")}</p>`}
        </main>
        <footer class="quiet">
          Written by <code>npm run status -- --html</code>. It is a snapshot, and loads nothing.
        </footer>
      </body>
    </html>`;
  return `${page.text.replace(/^ +/gm, "")}\n`;
}

const unlessUnknown = (manager: string | undefined, text: string) =>
  manager === undefined ? "unknown: no manager answers" : text;
const countOf = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

function problemList(problems: readonly string[]): Markup {
  return html`<section class="card problems">
    <h2>Problems</h2>
    <ul>
      ${problems.map((line) => html`<li>${line}</li>`)}
    </ul>
  </section>`;
}

function figure({ title, value, note, health }: Figure): Markup {
  return html`<div class="figure">
    <dt>${title} ${statusIcon(health)}</dt>
    <dd class="value">${value}</dd>
    <dd class="quiet">${note}</dd>
  </div>`;
}

/** Renders the hosts and their network. */
function hostsSection(report: StatusReport): Markup {
  const { network, manager } = report;
  const { hosts, otherTasks, otherServers } = hostsView(report);
  const others = html`<li class="card host">
    <div class="top"><h3>Not on a host of this stack</h3></div>
    ${otherTasks.length > 0 && taskList(otherTasks)} ${otherServers.map(serverPart)}
  </li>`;
  return html`<h2>Hosts on their network</h2>
    ${network ? networkBar(network) : html`<p class="wire open"><span>${unlessUnknown(manager, "the network is missing")}</span></p>`}
    <ul class="hosts">
      ${hosts.map(hostCard)} ${otherTasks.length + otherServers.length > 0 && others}
    </ul>`;
}

function networkBar({ name, encrypted, subnets }: NetworkReport): Markup {
  return html`<p class="wire ${encrypted ? "" : "open"}">
    <strong>${name}</strong>
    <span>${encrypted ? "encrypted between hosts" : "not encrypted between hosts"}</span>
    ${subnets.map((subnet) => html`<code>${subnet}</code>`)}
  </p>`;
}

function serviceTable(services: readonly ServiceReport[]): Markup {
  const rows = services.map((service): Part[] => [
    service.name,
    service.mode,
    statusLabel(serviceHealth(service), `${service.running} of ${service.desired}`),
    html`<code>${shortImage(service.image)}</code>`,
    lineBreaks(service.ports),
    service.update ?? "",
  ]);
  return htmlTable("Services", ["Name", "Mode", "Running", "Image", "Ports", "Last update"], rows);
}

function taskTable(tasks: readonly TaskReport[]): Markup {
  const rows = tasks.map((task): Part[] => [
    task.name,
    task.node,
    task.desired,
    statusLabel(taskHealth(task), task.state),
    `${formatAge(task.ageSeconds)} ago`,
    task.error ?? "",
  ]);
  return htmlTable("Tasks", ["Name", "Node", "Desired state", "State", "Since", "Error"], rows);
}

function storeFacts({ endpoints, error, servers }: StoreReport): Markup {
  const items = Object.entries(endpoints).map(
    ([host, { url, healthy, answer }]) =>
      html`<li>
        <span class="name">${host} <code>${url}</code></span
        >${statusLabel(healthy ? "good" : "bad", answer)}
      </li>`,
  );
  const online = servers.filter(({ state }) => stateHealth(state, "online") === "good").length;
  return html`${error !== undefined && html`<p class="error">state unknown: ${error}</p>`}
    <p class="quiet">${online} of ${countOf(servers.length, "store member")} online</p>
    <div class="part" style="margin-top:10px">
      <h4>Health by endpoint</h4>
      ${
        items.length > 0
          ? html`<ul class="list">
              ${items}
            </ul>`
          : html`<p class="quiet">no endpoint is published</p>`
      }
    </div>`;
}
