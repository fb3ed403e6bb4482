import type { GiftStory, StoryEvent } from "@gift/core/gift/story";
import { storyLine } from "@gift/core/gift/story-line";
import { type Html, html } from "../html/html.ts";
import { formatCount, formatMilliseconds } from "./figure.ts";
import { badge } from "./status.ts";
import { preciseTime } from "./time.ts";

/** A gift's whole story. Its code and its message are left out: they belong to people, and no repair needs them. */
export function storyPage({ gift, events }: GiftStory): Html {
  return html`<p class="crumb">Gift</p>
<h1 class="id">${gift.id}</h1>
<dl class="facts">
<div><dt>state</dt><dd>${badge(gift.status)}</dd></div>
<div><dt>amount</dt><dd>${formatCount(gift.amount)}</dd></div>
<div><dt>request id</dt><dd>${gift.requestId ? html`<a class="id" href="/search?q=${encodeURIComponent(gift.requestId)}">${gift.requestId}</a>` : "–"}</dd></div>
<div><dt>created</dt><dd>${preciseTime(gift.createdAt)}</dd></div>
<div><dt>updated</dt><dd>${preciseTime(gift.updatedAt)}</dd></div>
<div class="wide"><dt>last error</dt><dd class="message">${gift.lastError ?? "–"}</dd></div>
</dl>
${
  gift.status === "FAILED" &&
  html`<p><a class="button primary" href="/gifts/${gift.id}/redrive">Redrive this gift</a> <span class="quiet">asks first</span></p>`
}
<h2 id="story-title">Its story</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="story-title"><table class="story">
<thead><tr><th scope="col">at</th><th scope="col" class="number">after</th><th scope="col">event</th><th scope="col">what</th><th scope="col">request id</th></tr></thead>
<tbody>${events.map((event, index) => row(event, events[index - 1]))}</tbody></table></div>`;
}

function row(event: StoryEvent, before: StoryEvent | undefined): Html {
  const after = before ? formatMilliseconds(event.at.getTime() - before.at.getTime()) : "";
  const outcome = event.event === "attempt" ? String(event.facts.outcome ?? "running") : event.event;
  return html`<tr data-word="${outcome.toLowerCase()}"><td>${preciseTime(event.at)}</td><td class="number">${after}</td>
<td class="event">${event.event}</td><td class="message">${storyLine(event)}</td><td class="id">${event.request_id}</td></tr>`;
}
