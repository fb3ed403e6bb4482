import { html } from "@gift/console/html/html";
import { expect, test } from "vitest";

const hostile = `<script>alert(1)</script>" onload='x' &amp; </title>`;

test("text is escaped between tags and inside quoted attributes", () => {
  const { text } = html`<p title="${hostile}">${hostile}</p>`;
  const escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&#39;x&#39; &amp;amp; &lt;/title&gt;";
  expect(text).toBe(`<p title="${escaped}">${escaped}</p>`);
});

test("HTML inside HTML stays, wherever it is nested, and its own text was escaped once", () => {
  const items = ["<a>", "b"].map((item) => html`<li>${item}</li>`);
  expect(html`<ul>${[items, [html`<li>${"&"}</li>`]]}</ul>`.text).toBe(
    "<ul><li>&lt;a&gt;</li><li>b</li><li>&amp;</li></ul>",
  );
});

test("an object that merely looks like HTML is not trusted", () => {
  const forged: unknown = JSON.parse(`{ "text": "<script>" }`);
  // What isn't text, a number or HTML isn't rendered at all.
  expect(() => html`${forged as never}`).toThrow(TypeError);
});

test("nothing is written for what is absent or false; zero is a figure", () => {
  expect(html`[${undefined}${null}${false}${""}${0}]`.text).toBe("[0]");
});
