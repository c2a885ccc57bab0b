import type { TaskReport } from "../model.ts";
import { formatAge, formatSize } from "../render.ts";
import type { DriveReport, ServerReport } from "../store.ts";
import { hostHealth, stateHealth, taskHealth } from "./health.ts";
import type { HostView } from "./hosts.ts";
import { html, type Markup } from "./markup.ts";
import { definitionList, statusLabel } from "./pieces.ts";

/** Renders a host with its node, its tasks and its store members. */
export function hostCard({ host, tasks, servers }: HostView): Markup {
  const { key, hostname, role, leader, state, availability, engineVersion, engine, reachable, error } = host;
  const health = hostHealth(host);
  const isActive = availability === undefined || availability === "active";
  const label = reachable ? (isActive ? state : `${state}, ${availability}`) : "unreachable";
  return html`<li class="card host ${health === "bad" ? "" : "on"}">
    <div class="top">
      <h3>${key}</h3>
      ${statusLabel(health, label)}
    </div>
    ${definitionList({
      role: [leader ? `${role}, leader` : role],
      hostname: hostname === undefined ? [] : [hostname],
      engine: engineVersion === undefined ? [] : [engineVersion],
      address: [engine],
      ...(error !== undefined && { error: [error] }),
    })}
    ${taskList(tasks)} ${servers.map(serverPart)}
  </li>`;
}

/** Renders the tasks of a card. */
export function taskList(tasks: readonly TaskReport[]): Markup {
  const items = tasks.map(
    (task) =>
      html`<li>
        <span class="name">${task.service}</span>${statusLabel(taskHealth(task), task.state)}
        <span class="wide quiet"
          >for ${formatAge(task.ageSeconds)}${task.addresses.map((address) => ` · ${address}`)}</span
        >
        ${task.error !== undefined && html`<span class="wide error">${task.error}</span>`}
      </li>`,
  );
  return html`<div class="part">
    <h4>Tasks</h4>
    ${
      items.length > 0
        ? html`<ul class="list">
            ${items}
          </ul>`
        : html`<p class="quiet">none</p>`
    }
  </div>`;
}

/** Renders a store member with its drives. */
export function serverPart({ endpoint, state, uptimeSeconds, version, drives }: ServerReport): Markup {
  return html`<div class="part">
    <h4>Store member</h4>
    <ul class="list">
      <li>
        <span class="name mono">${endpoint}</span>${statusLabel(stateHealth(state, "online"), state)}
        ${state === "online" && html`<span class="wide quiet">for ${formatAge(uptimeSeconds)}${version !== "" && ` · ${version}`}</span>`}
      </li>
    </ul>
    ${
      drives.length > 0 &&
      html`<ul class="drives">
        ${drives.map(driveBox)}
      </ul>`
    }
  </div>`;
}

function driveBox({ path, state, usedBytes, totalBytes, pool, set }: DriveReport): Markup {
  const share = totalBytes > 0 ? Math.min(100, Math.round((usedBytes / totalBytes) * 100)) : 0;
  return html`<li class="drive ${state === "ok" ? "" : "not"}">
    <div class="row"><code>${path}</code>${statusLabel(stateHealth(state, "ok"), state)}</div>
    <div class="bar" role="img" aria-label="${share} % of the disk used"><i style="width:${share}%"></i></div>
    <div class="quiet">${formatSize(usedBytes)} of ${formatSize(totalBytes)}</div>
    <div class="quiet">pool ${pool + 1}, set ${set + 1}</div>
  </li>`;
}
