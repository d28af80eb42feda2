/** The Markdown of an answer as nodes: blocks, tables, code. All else in it is text. */

import { el, safeAddress } from "./dom.js";

/** @typedef {import("./types").Source} Source */

/**
 * What an answer's Markdown refers to.
 *
 * @typedef {object} Reading
 * @property {Source[]} sources What `[n]` may cite.
 * @property {(source: Source, text: string, attributes?: Record<string, string>) => HTMLElement} link
 * @property {(key: "code" | "table" | "source", values?: Record<string, string>) => string} say
 */

const INLINE =
  /(`+)(?!`)(.+?)(?<!`)\1(?!`)|\*\*(?=\S)(.+?)\*\*(?!\*)|(?<![\w*])\*(?=[^\s*])([^*]+)\*(?![\w*])|!\[([^\]]*)\]\([^()\s]*\)|\[(\d{1,3})\](?!\()|\[([^[\]]+)\]\(([^()\s]+)\)|<?(https?:\/\/(?:[\w.~:/?#@!$&+,;=%{}-]|\([\w.~-]+\))*(?:[\w/#=&~%+}-]|\([\w.~-]+\)))>?/g;

/**
 * Code, bold and slanted type, links of http(s), also where only the address stands there, `[n]` as a link to its source;
 * of a picture only its description.
 *
 * @param {string} text
 * @param {Reading} reading
 * @returns {(Node | string)[]}
 */
export function inlineNodes(text, reading) {
  /** @type {(Node | string)[]} */
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    nodes.push(text.slice(end, found.index), ...inlineNode(found, reading));
    end = found.index + found[0].length;
  }
  return [...nodes, text.slice(end)];
}

/**
 * @param {RegExpMatchArray} found
 * @param {Reading} reading
 * @returns {(Node | string)[]}
 */
function inlineNode([whole, , code, bold, slanted, picture, number, name, address, bare], reading) {
  if (code !== undefined) return [el("code", {}, code.replace(/^ (.*) $/, "$1"))];
  if (bold !== undefined) return [el("strong", {}, ...inlineNodes(bold, reading))];
  if (slanted !== undefined) return [el("em", {}, ...inlineNodes(slanted, reading))];
  if (picture !== undefined) return [picture];
  if (number !== undefined) return [citation(whole, number, reading)];
  const url = safeAddress(address ?? bare);
  if (!url) return [name ?? bare];
  const shown = name ? inlineNodes(name, reading).map((each) => (each instanceof HTMLAnchorElement ? each.textContent : each)) : [bare];
  return [el("a", { href: url.href, target: "_blank", rel: "noopener" }, ...shown)];
}

/**
 * @param {string} whole
 * @param {string} number
 * @param {Reading} reading
 */
function citation(whole, number, reading) {
  const source = reading.sources.find((each) => each.n === Number(number));
  if (!source) return whole;
  const name = reading.say("source", { number, title: source.title });
  return reading.link(source, number, { class: "citation", "aria-label": name });
}

const FENCE = /^\s*(`{3,}|~{3,})\s*([\w+#.-]*)/;
const ITEM = /^(\s*)([-*+]|(\d{1,9})[.)])\s+(.*)$/;
const QUOTE = /^\s*>\s?(.*)$/;
const RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const BREAK = /^\s*([-*_])(\s*\1){2,}\s*$/;
const HEADING = /^\s{0,3}#{1,6}\s+(.*?)\s*#*$/;

/**
 * @param {string} markdown
 * @param {Reading} reading
 * @returns {HTMLElement[]}
 */
export function blockNodes(markdown, reading) {
  const lines = markdown.split(/\r?\n/);
  const nodes = [];
  while (lines.length) {
    if (!lines[0].trim()) lines.shift();
    else nodes.push(block(lines, reading));
  }
  return nodes;
}

/**
 * Each of the functions below takes its lines off the front of `lines`, one at least.
 *
 * @param {string[]} lines
 * @param {Reading} reading
 * @returns {HTMLElement}
 */
function block(lines, reading) {
  if (FENCE.test(lines[0])) return codeBlock(lines, reading);
  if (BREAK.test(lines[0])) return lines.shift(), el("hr");
  if (isTable(lines)) return table(lines, reading);
  if (ITEM.test(lines[0])) return list(lines, reading);
  if (QUOTE.test(lines[0])) return quotation(lines, reading);
  return paragraph(lines, reading);
}

/**
 * @param {string[]} lines
 * @param {Reading} reading
 */
function codeBlock(lines, reading) {
  const [, fence, language] = /** @type {RegExpMatchArray} */ (lines.shift()?.match(FENCE));
  const code = [];
  while (lines.length && !lines[0].trim().startsWith(fence)) code.push(lines.shift());
  lines.shift();
  const text = code.join("\n");
  // reachable by keyboard, for it may have to be scrolled; code runs from left to right in every language
  const label = language ? `${reading.say("code")}: ${language}` : reading.say("code");
  const shown = el("pre", { tabindex: "0", role: "group", "aria-label": label, dir: "ltr" }, el("code", {}, text));
  return el("div", { class: "code", part: "code" }, shown);
}

/** @param {string[]} lines */
function isTable(lines) {
  return lines[0].includes("|") && lines.length > 1 && lines[1].includes("-") && lines[1].includes("|") && RULE.test(lines[1]);
}

/** @param {string} line */
function cells(line) {
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/**
 * @param {string[]} lines
 * @param {Reading} reading
 */
function table(lines, reading) {
  const head = cells(/** @type {string} */ (lines.shift())).map((cell) => el("th", { scope: "col", dir: "auto" }, ...inlineNodes(cell, reading)));
  lines.shift();
  const rows = [];
  while (lines.length && lines[0].includes("|") && lines[0].trim()) {
    const row = cells(/** @type {string} */ (lines.shift())).slice(0, head.length);
    while (row.length < head.length) row.push("");
    rows.push(el("tr", {}, ...row.map((cell) => el("td", { dir: "auto" }, ...inlineNodes(cell, reading)))));
  }
  const whole = el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows));
  const label = `${reading.say("table")}: ${head.map((cell) => cell.textContent).join(", ")}`;
  return el("div", { class: "table", tabindex: "0", role: "group", "aria-label": label, part: "table" }, whole);
}

/**
 * @param {string[]} lines
 * @param {Reading} reading
 */
function list(lines, reading) {
  const first = /** @type {RegExpMatchArray} */ (lines[0].match(ITEM));
  const numbered = first[3] !== undefined;
  const depth = first[1].length;
  const node = el(numbered ? "ol" : "ul", { dir: "auto" });
  for (let found = first; found; ) {
    lines.shift();
    const inner = [found[4], ...indented(lines, depth + 2)];
    node.append(item(inner.join("\n"), numbered ? found[3] : null, reading));
    if (lines[0]?.trim() === "" && sameList(lines[1], depth, numbered)) lines.shift();
    const next = sameList(lines[0], depth, numbered);
    if (!next) break;
    found = next;
  }
  return node;
}

/**
 * @param {string | undefined} line
 * @param {number} depth
 * @param {boolean} numbered
 */
function sameList(line, depth, numbered) {
  const found = line?.match(ITEM);
  return found && (found[3] !== undefined) === numbered && found[1].length <= depth + 1 ? found : null;
}

/**
 * The lines that belong to an item: those that are indented, and empty ones between them.
 *
 * @param {string[]} lines
 * @param {number} least
 */
function indented(lines, least) {
  const taken = [];
  const deep = (/** @type {string | undefined} */ line) => line !== undefined && line.trim() !== "" && line.length - line.trimStart().length >= least;
  while (lines.length && (deep(lines[0]) || (lines[0].trim() === "" && deep(lines[1])))) {
    taken.push(/** @type {string} */ (lines.shift()).slice(least));
  }
  return taken;
}

/**
 * @param {string} text
 * @param {string | null} number
 * @param {Reading} reading
 */
function item(text, number, reading) {
  const blocks = blockNodes(text, reading);
  const [only] = blocks;
  // an item of one paragraph is the paragraph; what follows the first paragraph stays a block
  const content = only?.tagName === "P" && !only.className ? [...only.childNodes, ...blocks.slice(1)] : blocks;
  return el("li", { value: number }, ...content); // in the direction of the list, which its first item tells
}

/**
 * @param {string[]} lines
 * @param {Reading} reading
 */
function quotation(lines, reading) {
  const quoted = [];
  for (let found = lines[0]?.match(QUOTE); found; found = lines[0]?.match(QUOTE)) {
    quoted.push(found[1]);
    lines.shift();
  }
  return el("blockquote", {}, ...blockNodes(quoted.join("\n"), reading));
}

/**
 * @param {string[]} lines
 * @param {Reading} reading
 */
function paragraph(lines, reading) {
  const heading = lines[0].match(HEADING);
  if (heading) {
    lines.shift();
    return el("p", { class: "heading", dir: "auto" }, ...inlineNodes(heading[1], reading));
  }
  const text = [lines.shift()];
  while (lines.length && lines[0].trim() && ![FENCE, BREAK, ITEM, QUOTE, HEADING].some((other) => other.test(lines[0])) && !isTable(lines)) {
    text.push(lines.shift());
  }
  return el("p", { dir: "auto" }, ...inlineNodes(text.join(" "), reading));
}
