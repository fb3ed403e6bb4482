import { type Html, html } from "../html/html.ts";

/**
 * Where the script draws; what the charts show is written in the figures above, so readers of the page miss nothing.
 */
export function charts(): Html {
  return html`<section id="charts" aria-labelledby="charts-title">
<h2 id="charts-title">The last five minutes</h2>
<div class="charts">
${figure("throughput", "Sends per second", ["accepted", "SENT"])}
${figure("latency", "Accept → SENT", ["p50", "p95"])}
${figure("depth", "Waiting", ["queue", "in flight", "outbox"])}
</div>
</section>`;
}

function figure(id: string, title: string, series: readonly string[]): Html {
  const legend = series.map((name, index) => html`<li data-series="${index + 1}">${name}</li>`);
  return html`<figure><figcaption><span>${title}</span><ul class="legend">${legend}</ul></figcaption>
<div id="chart-${id}" class="chart" aria-hidden="true"></div></figure>`;
}
