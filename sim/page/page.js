// The demo page: a chat on the left, the RunPod account on the right.
// Text from outside reaches the page by textContent alone.

const $ = (id) => document.getElementById(id);
const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "textContent", "selected", "open", "start"]);

// el("p.error", { role: "alert" }, ...kids); the properties may be left out.
function el(name, ...rest) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag);
  const properties = rest[0]?.constructor === Object ? rest.shift() : {};
  node.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (PROPERTIES.has(key)) node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...rest.flat(Infinity).filter((kid) => kid || typeof kid === "string"));
  return node;
}

function svg(tag, attributes = {}, ...kids) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...kids);
  return node;
}

const press = (name, properties, ...label) => el(`button.${name}`, { type: "button", ...properties }, ...label);
const pressed = (node, on) => node.setAttribute("aria-pressed", String(on));

// ---------------------------------------------------------------- state

const S = {
  me: null, users: [], channels: [], commands: [], usergroups: [], bot: { id: "", name: "podkeeper" },
  home: null, views: [], messages: new Map(), unread: new Map(), ephemerals: new Map(), values: new Map(),
  channel: null, thread: null, tab: "messages", events: null, heard: { now_ms: 0, at: 0, speed: 1 },
};

async function call(method, path, body) {
  const request = { method };
  if (body) Object.assign(request, { headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  try {
    const answer = await fetch(path, request);
    const text = await answer.text();
    return { status: answer.status, data: text ? JSON.parse(text) : undefined };
  } catch (problem) {
    return { status: 0, problem };
  }
}

async function post(path, body) {
  const { status, data } = await call("POST", path, { user: S.me?.id, ...body });
  return data ?? { ok: false, error: status === 0 ? "no_connection" : `http_${status}` };
}

function toast(text) {
  const node = el("p", text);
  $("toasts").append(node);
  setTimeout(() => node.remove(), 7000);
}

const now = () => S.heard.now_ms + (performance.now() - S.heard.at) * S.heard.speed;
const hear = (ms, speed = 1) => { S.heard = { now_ms: ms, at: performance.now(), speed }; };
const channelOf = (id) => S.channels.find((channel) => channel.id === id);
const userOf = (id) => S.users.find((user) => user.id === id);
const titled = (word) => word.charAt(0).toUpperCase() + word.slice(1);
function nameOf(id) {
  if (id === S.bot.id) return titled(S.bot.name);
  return id === "USLACKBOT" ? "Slackbot" : userOf(id)?.real_name ?? id;
}
function channelTitle(channel) {
  return channel.kind === "dm" ? nameOf(channel.members.find((id) => id !== S.me.id)) : `#${channel.name}`;
}

// ---------------------------------------------------------------- times

const formats = new Map();
function local(ms, options) {
  const key = `${S.me?.tz}${JSON.stringify(options)}`;
  const whole = { timeZone: S.me?.tz, hourCycle: "h23", ...options };
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", whole));
  return formats.get(key).format(ms);
}
const clockTime = (ms) => local(ms, { timeStyle: "short" });
const isoDay = (ms) => local(ms, { year: "numeric", month: "2-digit", day: "2-digit" }).split("/").reverse().join("-");
const fullTime = (ms) => local(ms, { dateStyle: "full", timeStyle: "medium" });

function nearDay(ms) {
  const near = { yesterday: -1, today: 0, tomorrow: 1 };
  return Object.keys(near).find((word) => isoDay(now() + near[word] * 864e5) === isoDay(ms));
}

// What the tokens of <!date^...> stand for.
const DATES = {
  date: { dateStyle: "long" }, date_short: { dateStyle: "medium" }, date_long: { dateStyle: "full" },
  time: { timeStyle: "short" }, time_secs: { timeStyle: "medium" },
};
function moment(seconds, format = "{date}", otherwise = "") {
  const ms = Number(seconds) * 1000;
  if (!Number.isFinite(ms)) return otherwise;
  const text = format.replace(/\{(\w+?)(_pretty)?\}/g, (token, name, pretty) => (
    (pretty && nearDay(ms)) ?? (DATES[name] ? local(ms, DATES[name]) : token)));
  return el("time", { title: fullTime(ms) }, text);
}

// ---------------------------------------------------------------- text: mrkdwn, plain text, markdown, rich text

class Invalid extends Error {}
// Draws a thing by its type, from a table with one function for each type.
function drawn(kinds, thing, what, ...more) {
  if (!Object.hasOwn(kinds, thing?.type)) throw new Invalid(`${what} has the unknown type ${thing?.type}`);
  return kinds[thing.type](thing, ...more);
}

const EMOJI = {
  white_check_mark: "✅", x: "❌", warning: "⚠️", rotating_light: "🚨", red_circle: "🔴", large_green_circle: "🟢",
  hourglass_flowing_sand: "⏳", zzz: "💤", moneybag: "💰", money_with_wings: "💸", bell: "🔔", lock: "🔒", tada: "🎉",
  rocket: "🚀", wave: "👋", eyes: "👀", thumbsup: "👍", chart_with_upwards_trend: "📈", bar_chart: "📊", bulb: "💡",
};
const emojis = (text) => text.replace(/:([a-z0-9_+'-]+):/g, (code, name) => EMOJI[name] ?? code);
const unescaped = (text) => text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);
const readable = (text) => emojis(unescaped(text));
const LINK = /<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>/g;
const codeText = (code) => unescaped(code.replace(LINK, (_, url, label) => label ?? url));

function link(url, ...kids) {
  if (!/^(https?:|mailto:)/i.test(url ?? "")) return el("span", ...kids);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...kids);
}
const mention = (words, mine) => el(`span.mention${mine ? ".mention-me" : ""}`, words);
function userMention(id, label) {
  return mention(`@${userOf(id) || id === S.bot.id ? nameOf(id) : label ?? id}`, id === S.me?.id);
}
function channelMention(id, label) {
  const name = channelOf(id)?.name;
  if (!name) return mention(`#${label || "private-channel"}`);
  return press("mention", { onclick: () => openChannel(id) }, `#${name}`);
}
function groupMention(id, label = id) {
  return mention(`@${S.usergroups.find((group) => group.id === id)?.handle ?? label.replace(/^@/, "")}`);
}

// What stands between < and > in Slack's text.
function angle(inner) {
  const [, body, label] = /^([^|]*)(?:\|(.*))?$/.exec(inner);
  const shown = label && unescaped(label);
  if (body.startsWith("@")) return userMention(body.slice(1), shown);
  if (body.startsWith("#")) return channelMention(body.slice(1), shown);
  if (body.startsWith("!subteam^")) return groupMention(body.slice(9), shown);
  if (/^!(here|channel|everyone)$/.test(body)) return mention(`@${body.slice(1)}`, true);
  if (body.startsWith("!date^")) {
    const [, seconds, format, target] = body.split("^");
    return link(target && unescaped(target), moment(seconds, format && unescaped(format), shown));
  }
  if (body.startsWith("!")) return el("span", shown ?? `<${body}>`);
  return link(unescaped(body), emojis(shown ?? unescaped(body).replace(/^mailto:/, "")));
}

// An inline drawer: what lies between the pattern's matches is plain, its named groups say what a match is.
const MARKS = { "*": "strong", _: "em", "~": "s", "**": "strong", __: "strong", "~~": "s" };
function inlineOf(patterns, marks) {
  const pattern = new RegExp(patterns.join("|"), "gu");
  const match = ({ code, inner, mark, body, label, url }) => {
    if (code) return el("code", codeText(code));
    if (inner) return angle(inner);
    return mark ? el(marks[mark], inline(body)) : link(unescaped(url), label ? inline(label) : unescaped(url));
  };
  const inline = (text) => {
    const out = [];
    let at = 0;
    for (const found of text.matchAll(pattern)) {
      out.push(readable(text.slice(at, found.index)), match(found.groups));
      at = found.index + found[0].length;
    }
    return [...out, readable(text.slice(at))];
  };
  return inline;
}
const slackInline = inlineOf([
  "`(?<code>[^`\\n]+)`",
  "<(?<inner>[^<>\\n]+)>",
  "(?<![\\p{L}\\p{N}])(?<mark>[*_~])(?=\\S)(?<body>(?:`[^`]*`|<[^<>]*>|.)*?\\S)\\k<mark>(?![\\p{L}\\p{N}])",
  "(?<label>(?!))?(?<url>https?:\\/\\/[^\\s<>|*`]+[^\\s<>|*`.,;:!?)'\"])",
], MARKS);
const mdInline = inlineOf([
  "`(?<code>[^`]+)`",
  "<(?<inner>(?:[@#!]|https?:)[^<>]+)>",
  "(?<mark>\\*\\*|__|~~|\\*|(?<!\\w)_)(?=\\S)(?<body>.+?)\\k<mark>(?!\\w)",
  "!?\\[(?<label>[^\\]]*)\\]\\((?<url>[^)\\s]+)\\)",
], { ...MARKS, "*": "em" });

// Neighbouring lines of one kind are drawn together; what stands between fences is code.
function paragraphs(text, kinds) {
  return text.split(/```\n?([^]*?)\n?```\n?/).flatMap((part, index) => {
    if (index % 2) return el("pre", codeText(part));
    const runs = [];
    for (const line of part ? part.replace(/\n$/, "").split("\n") : []) {
      const kind = kinds.find(([start]) => start.test(line));
      if (runs.at(-1)?.[0] !== kind) runs.push([kind, []]);
      runs.at(-1)[1].push(line.replace(kind[0], ""));
    }
    return runs.map(([[, draw], lines]) => draw(lines));
  });
}
const each = (tag, inline, outer) => (lines) => {
  const rows = lines.map((line) => el(tag, inline(line)));
  return outer ? el(outer, rows) : rows;
};
const SLACK_LINES = [
  [/^(?:&gt;|>) ?/, each("div.line", slackInline, "blockquote")],
  [/^/, each("div.line", slackInline)],
];
const mdCells = (line) => line.trim().replace(/\|$/, "").split("|").map((text) => [mdInline(text.trim())]);
const MD_LINES = [
  [/^#{1,6} +/, each("h4", mdInline)],
  [/^> ?/, each("div.line", mdInline, "blockquote")],
  [/^ *[-*+] +/, each("li", mdInline, "ul")],
  [/^ *\d+[.)] +/, each("li", mdInline, "ol")],
  [/^ *\|/, (lines) => tableOf(lines.filter((line) => !/^[\s|:-]+$/.test(line)).map(mdCells))],
  [/^/, each("div.line", mdInline)],
];
const mrkdwn = (text) => paragraphs(text, SLACK_LINES);

const TEXTS = {
  mrkdwn: ({ text }) => mrkdwn(text),
  plain_text: ({ text, emoji }) => (emoji === false ? text : emojis(text)),
};
const words = (text) => drawn(TEXTS, text, "a text");
const plain = (text) => (text ? TEXTS.plain_text(text) : "");

const RICH = {
  text: (e) => e.text,
  link: (e) => link(e.url, e.text ?? e.url),
  user: (e) => userMention(e.user_id),
  usergroup: (e) => groupMention(e.usergroup_id),
  channel: (e) => channelMention(e.channel_id),
  broadcast: (e) => mention(`@${e.range}`, true),
  emoji: (e) => EMOJI[e.name] ?? `:${e.name}:`,
  date: (e) => moment(e.timestamp, e.format),
};
const RICH_STYLES = { code: "code", bold: "strong", italic: "em", strike: "s" };
function richInline({ elements }) {
  return elements.map((e) => Object.keys(RICH_STYLES).filter((style) => e.style?.[style])
    .reduce((node, style) => el(RICH_STYLES[style], node), drawn(RICH, e, "rich text")));
}
const RICH_PARTS = {
  rich_text_section: (part) => el("div.rich", richInline(part)),
  rich_text_quote: (part) => el("blockquote.rich", richInline(part)),
  rich_text_preformatted: (part) => el("pre", richInline(part)),
  rich_text_list: ({ style, indent = 0, offset = 0, elements }) => el(
    style === "ordered" ? "ol" : "ul", { style: `margin-left: ${indent * 18}px`, start: offset + 1 },
    elements.map((item) => el("li", richInline(item))),
  ),
};
const richText = (block) => block.elements.map((part) => drawn(RICH_PARTS, part, "rich text"));

// ---------------------------------------------------------------- interactive elements
// place says where an element stands: { key, where: { channel, message_ts } or { view_id }, block }.

const held = ({ key, block }, element) => S.values.get(key)?.[block.block_id]?.[element.action_id];
function hold({ key, block }, element, value) {
  if (!S.values.has(key)) S.values.set(key, {});
  (S.values.get(key)[block.block_id] ??= {})[element.action_id] = value;
}
const address = ({ where, block }, element) => ({ ...where, block_id: block.block_id, action_id: element.action_id });
function hook(node, { block }, element) {
  Object.assign(node.dataset, { actionId: element.action_id, blockId: block.block_id });
  return node;
}

async function act(place, element, value, node) {
  if (element.confirm && !(await ask(element.confirm))) return false;
  node.setAttribute("aria-busy", "true");
  const state = { values: S.values.get(place.key) ?? {} };
  const answer = await post("/ui/action", { ...address(place, element), type: element.type, ...value, state });
  node.removeAttribute("aria-busy");
  if (!answer.ok) toast(`“${plain(element.text) || element.action_id}” was not taken: ${answer.error}`);
  return answer.ok;
}

function pressable(place, element, name, label, value) {
  const onclick = () => {
    if (element.url && !element.confirm) window.open(element.url, "_blank", "noopener");
    act(place, element, { value }, node);
  };
  const node = hook(press(name, { onclick, "aria-label": element.accessibility_label }, label), place, element);
  return node;
}
function button(element, place) {
  const style = ["primary", "danger"].includes(element.style) ? `.${element.style}` : "";
  const label = [plain(element.text), element.url && el("span.faint", { "aria-hidden": "true" }, " ↗")];
  return pressable(place, element, `button${style}`, label, element.value);
}
function feedback(element, place) {
  const sides = [["👍", element.positive_button], ["👎", element.negative_button]];
  return el("span.row", sides.map(([mark, side]) => (
    pressable(place, element, "button.small", `${mark} ${plain(side.text)}`, side.value))));
}

// Native menus: select, and overflow as a select that forgets what was chosen.
function groupsOf({ type, options, option_groups: groups }) {
  const people = () => S.users.map((user) => ({ value: user.id, text: { text: user.real_name, emoji: false } }));
  return groups ?? [{ options: type === "users_select" ? people() : options }];
}
function select(element, chosen) {
  const more = element.type === "overflow";
  const option = ({ value, text, description }) => el("option", { value, selected: value === (chosen?.value ?? chosen) },
    plain(text), description && `: ${plain(description)}`);
  const groups = groupsOf(element).map(({ label, options }) => (
    label ? el("optgroup", { label: plain(label) }, options.map(option)) : options.map(option)));
  return el(`select.field.short${more ? ".overflow" : ""}`, { "aria-label": more && "More" },
    el("option", { value: "", hidden: true, selected: !chosen }, more ? "⋯" : plain(element.placeholder) || "Choose"), groups);
}
const chosenOption = (node, element) => groupsOf(element).flatMap((group) => group.options)
  .find((option) => option.value === node.value) ?? null;

// A menu whose options the app is asked for, by what is typed.
function external(element, chosen, place) {
  const label = plain(element.placeholder) || "Choose";
  const input = el("input.field.short", { placeholder: label, value: plain(chosen?.text), "data-testid": "menu-search" });
  const find = async () => {
    const least = element.min_query_length ?? 3;
    if (input.value.length < least) return [{ note: `Type at least ${least} characters` }];
    const answer = await post("/ui/options", { ...address(place, element), value: input.value });
    const groups = answer.option_groups ?? [{ options: answer.options ?? [] }];
    const items = groups.flatMap(({ label, options }) => [
      label && { note: plain(label) },
      ...options.map((option) => ({ option, label: plain(option.text), detail: plain(option.description) })),
    ]).filter(Boolean);
    return items.length ? items : [{ note: "Nothing matches" }];
  };
  const take = ({ option }) => {
    input.value = plain(option.text);
    input.option = option;
    input.dispatchEvent(new Event("chosen"));
  };
  combobox(input, { id: "menu", label, find, take });
  return input;
}

function choices(element, chosen, place) {
  const type = element.type === "checkboxes" ? "checkbox" : "radio";
  const name = `${place.key}-${place.block.block_id}-${element.action_id}`;
  const checked = ({ value }) => [chosen ?? []].flat().some((one) => one.value === value);
  const row = (option) => el("label", el("input", { type, name, value: option.value, checked: checked(option) }),
    el("span", words(option.text), option.description && el("small", words(option.description))));
  return el("div.choices", { role: "group" }, element.options.map(row));
}
const ticked = (node, element) => element.options.filter((_, index) => node.querySelectorAll("input")[index].checked);

function textBox(element, value) {
  const { multiline, min_length, max_length } = element;
  return el(multiline ? "textarea.field" : "input.field", {
    value, placeholder: plain(element.placeholder), rows: multiline && 4, minlength: min_length, maxlength: max_length,
  });
}
const typed = (type) => (element, value) => el("input.field.short", { type, value });
const ownValue = (node) => node.value || null;

// How each input is drawn, which key carries its value, and how the value is read.
const INPUTS = {
  plain_text_input: { key: "value", draw: textBox, read: ownValue },
  static_select: { key: "selected_option", draw: select, read: chosenOption },
  external_select: { key: "selected_option", draw: external, read: (node) => node.option, on: "chosen" },
  users_select: { key: "selected_user", draw: select, read: ownValue },
  overflow: { key: "selected_option", draw: select, read: chosenOption },
  datepicker: { key: "selected_date", draw: typed("date"), read: ownValue },
  timepicker: { key: "selected_time", draw: typed("time"), read: ownValue },
  checkboxes: { key: "selected_options", draw: choices, read: ticked },
  radio_buttons: { key: "selected_option", draw: choices, read: (node, element) => ticked(node, element)[0] ?? null },
};

// In an input block a value is held for the form; elsewhere, or when the block asks for it, it is an action too.
function input(element, place) {
  const { key, draw, read, on } = INPUTS[element.type];
  const before = held(place, element);
  const initial = element[key === "value" ? "initial_value" : key.replace("selected", "initial")];
  const node = hook(draw(element, before ? before[key] : initial, place), place, element);
  const acts = place.block.type !== "input" || place.block.dispatch_action;
  node.id = `${place.key}-${place.block.block_id}-${element.action_id}`.replace(/[^\w-]/g, "-");
  if (acts && !node.ariaLabel) node.setAttribute("aria-label", plain(element.placeholder) || element.type);
  node.addEventListener(on ?? (acts ? "change" : "input"), async () => {
    const value = { [key]: read(node, element) };
    const forgets = element.type === "overflow";
    if (!forgets) hold(place, element, { type: element.type, ...value });
    const refused = acts && !(await act(place, element, value, node));
    if (refused && !forgets) hold(place, element, before);
    if (refused || forgets) node.replaceWith(input(element, place));
  });
  return node;
}

function image({ image_url, slack_file, alt_text }) {
  return el("img", { src: image_url ?? slack_file.url, alt: alt_text, title: alt_text, loading: "lazy" });
}
const ELEMENTS = { button, feedback_buttons: feedback, image };
for (const type of Object.keys(INPUTS)) ELEMENTS[type] = input;
const interactive = (element, place) => drawn(ELEMENTS, element, place.block.type, place);

// ---------------------------------------------------------------- charts and tables

const tint = (index) => `var(--series-${(index % 6) + 1})`;
const figure = (value) => new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 }).format(value);
const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [560, 236, 46, 18, 44];
const svgText = (text, x, y, name = "") => svg("text", { x, y, class: name }, text);

// The values of the grid lines, zero among them.
function ticks(values) {
  const [low, high] = [Math.min(...values, 0), Math.max(...values, 0)];
  const rough = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough);
  const first = Math.floor(low / step);
  return Array.from({ length: (Math.ceil(high / step) || 1) - first + 1 }, (_, index) => (first + index) * step);
}

// Each draws one series; its points know where they are and what they say.
const CHARTS = {
  bar: (points, { color, zero, slot, index, count }) => points.flatMap(({ x, y, value, tip }) => {
    const width = Math.min((slot * 0.72) / count, 44);
    const box = { x: x + width * (index - count / 2), y: Math.min(y, zero), height: Math.abs(zero - y) };
    const bar = svg("rect", { ...box, width: width - 1.5, rx: 2, fill: color }, svg("title", {}, tip));
    return count === 1 && points.length <= 10 ? [bar, svgText(figure(value), x, box.y - 5, "value")] : [bar];
  }),
  line: (points, { color, index }) => [
    svg("polyline", {
      points: points.map(({ x, y }) => `${x},${y}`).join(" "), class: "series", stroke: color,
      "stroke-dasharray": ["none", "6 3", "2 3"][index % 3],
    }),
    ...points.map(({ x, y, tip }) => svg("circle", { cx: x, cy: y, r: 3.2, fill: color }, svg("title", {}, tip))),
  ],
};

function chart({ type, series, axis_config: axis = {} }, title) {
  if (!CHARTS[type]) throw new Invalid(`data_visualization has the unknown chart ${type}`);
  const categories = axis.categories ?? series[0].data.map((point) => point.label);
  const lines = ticks(series.flatMap((one) => one.data.map((point) => point.value)));
  const [low, high] = [lines[0], lines.at(-1)];
  const slot = (WIDTH - LEFT - 10) / categories.length;
  const xOf = (index) => LEFT + slot * (index + 0.5);
  const yOf = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / (high - low));
  const pointsOf = ({ name, data }) => categories.map((label, index) => {
    const { value } = data.find((point) => point.label === label);
    return { x: xOf(index), y: yOf(value), value, tip: `${name}, ${label}: ${figure(value)}` };
  });
  const told = series.flatMap(pointsOf).map((point) => point.tip).join("; ");
  const every = Math.ceil((Math.max(...categories.map((label) => label.length)) * 6.4 + 8) / slot);
  const root = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "plot", "aria-label": `${title}: ${told}`,
  }, ...lines.flatMap((line) => [
    svg("line", { x1: LEFT, x2: WIDTH - 10, y1: yOf(line), y2: yOf(line), class: line ? "grid" : "zero" }),
    svgText(figure(line), LEFT - 6, yOf(line) + 4, "scale"),
  ]), ...categories.flatMap((label, index) => (index % every ? [] : [svgText(label, xOf(index), HEIGHT - BOTTOM + 16)])),
  svgText(axis.x_label ?? "", (LEFT + WIDTH) / 2, HEIGHT - 6), svgText(axis.y_label ?? "", 0, 10, "first"),
  ...series.flatMap((one, index) => CHARTS[type](pointsOf(one), {
    color: tint(index), zero: yOf(0), slot, index, count: series.length,
  })));
  const legend = series.map((one, index) => el("li", el("i", { style: `background: ${tint(index)}` }), one.name));
  return [root, series.length > 1 && el("ul.legend", legend)];
}

const CELLS = {
  raw_text: ({ text }) => text,
  raw_number: ({ text, value }) => text ?? figure(value),
  rich_text: richText,
};
// Rows of cells, the first row the heads; names gives a column's class.
function tableOf([head, ...rows], names = () => "", caption = "") {
  const row = (tag) => (cells) => el("tr", cells.map((cell, index) => el(tag, { class: names(index) }, cell)));
  return el("div.table-wrap", { tabindex: "0", role: "region", "aria-label": caption || "Table" },
    el("table", caption && el("caption", caption), el("thead", row("th")(head)), el("tbody", rows.map(row("td")))));
}
function table({ rows, column_settings: settings = [], caption }) {
  const numeric = (index) => rows.slice(1).every((row) => row[index].type === "raw_number");
  const names = (index) => {
    const { align = numeric(index) ? "right" : "", is_wrapped: wraps = Boolean(caption) } = settings[index] ?? {};
    return `${align} ${wraps ? "" : "nowrap"}`;
  };
  return tableOf(rows.map((row) => row.map((cell) => drawn(CELLS, cell, "a table's cell"))), names, caption);
}

// ---------------------------------------------------------------- blocks

function section({ text, fields = [], accessory }, place) {
  if (!text && !fields.length) throw new Invalid("section needs text or fields");
  return el("div.section",
    el("div.section-main", text && el("div.text", words(text)),
      fields.length > 0 && el("div.fields", fields.map((field) => el("div.text", words(field))))),
    accessory && el("div.accessory", interactive(accessory, place)));
}

function container(block, place) {
  const name = block.rich_text_title ? richText(block.rich_text_title) : plain(block.title);
  const subtitle = block.subtitle && el("div.faint", words(block.subtitle));
  const title = el("div.container-title", block.icon && image(block.icon), el("div", name, subtitle));
  const body = el("div.blocks", drawBlocks(place, block.child_blocks));
  if (!block.is_collapsible) return el("div.container", title, body);
  return el("details.container", { open: !block.default_collapsed }, el("summary", title), body);
}

function inputBlock(block, place) {
  const node = interactive(block.element, place);
  const note = `${node.id}-note`;
  node.setAttribute("aria-describedby", note);
  if (node.matches(".choices")) node.setAttribute("aria-label", plain(block.label));
  return el("div.input", { "data-input": block.block_id },
    el("label.label", { for: node.id }, plain(block.label), block.optional && el("span.faint", " (optional)")),
    node, block.hint && el("p.faint", plain(block.hint)), el("p.error", { role: "alert", id: note }));
}

const everyElement = ({ elements }, place) => elements.map((element) => interactive(element, place));
const CONTEXT = { image, mrkdwn: (text) => el("span", words(text)), plain_text: (text) => el("span", words(text)) };
const BLOCKS = {
  section, container, table, data_table: table, input: inputBlock,
  header: ({ text }) => el("h3", TEXTS.plain_text(text)),
  divider: () => el("hr"),
  context: ({ elements }) => el("div.context", elements.map((one) => drawn(CONTEXT, one, "context"))),
  actions: (block, place) => el("div.row", everyElement(block, place)),
  context_actions: (block, place) => el("div.row", everyElement(block, place)),
  image: (block) => el("figure", block.title && el("figcaption", plain(block.title)), image(block)),
  rich_text: (block) => el("div.text", richText(block)),
  markdown: ({ text }) => el("div.md", markdown(text)),
  data_visualization: ({ title, chart: one }) => el("figure", el("figcaption", title), chart(one, title)),
};

function invalidBox(why, block) {
  const shown = JSON.stringify(block, null, 1)?.slice(0, 1500);
  return el("div.invalid-block", { role: "alert" }, el("b", "Invalid block"), ` ${why}`, shown && el("pre", shown));
}
function drawBlocks(place, blocks) {
  return blocks.map((block) => {
    try {
      return el("div.block", { "data-block": block.type }, drawn(BLOCKS, block, "a block", { ...place, block }));
    } catch (problem) {
      return invalidBox(problem instanceof Invalid ? problem.message : `${block?.type}: ${problem.message}`, block);
    }
  });
}

// ---------------------------------------------------------------- dialogs

function ask({ title, text, confirm, deny, style }) {
  const dialog = $("confirm");
  const danger = style === "danger";
  return new Promise((resolve) => {
    const answer = (yes, name, autofocus, label) => press(name, {
      autofocus, "data-testid": `confirm-${yes ? "ok" : "deny"}`, onclick: () => { dialog.close(); resolve(yes); },
    }, plain(label));
    dialog.oncancel = () => resolve(false);
    dialog.replaceChildren(
      el("h2", { id: "confirm-title" }, plain(title)), el("div.text", words(text)),
      el("footer", answer(false, "button", danger, deny),
        answer(true, danger ? "button.danger.solid" : "button.primary", !danger, confirm)),
    );
    dialog.showModal();
  });
}

function drawModal() {
  const dialog = $("modal");
  const view = S.views.at(-1);
  if (!view) return dialog.close();
  const focused = dialog.open && dialog.dataset.view === view.id ? document.activeElement.id : "";
  const close = () => closeView(view.id);
  const onsubmit = (event) => { event.preventDefault(); submitView(view, form); };
  const form = el("form", { novalidate: true, onsubmit },
    el("header", el("h2", { id: "modal-title" }, plain(view.title)),
      press("quiet.icon", { "aria-label": "Close", "data-testid": "modal-x", onclick: close }, "✕")),
    el("div.blocks.scroll", drawBlocks({ key: view.id, where: { view_id: view.id } }, view.blocks),
      el("p.error", { role: "alert", "data-testid": "modal-error" })),
    el("footer", press("button", { "data-testid": "modal-close", onclick: close }, plain(view.close) || "Cancel"),
      view.submit && el("button.button.primary", { "data-testid": "modal-submit" }, plain(view.submit))));
  dialog.dataset.view = view.id;
  dialog.oncancel = (event) => { event.preventDefault(); close(); };
  dialog.replaceChildren(form);
  if (!dialog.open) dialog.showModal();
  return (focused ? $(focused) : form.querySelector(".blocks .field, .blocks button"))?.focus();
}

function removeView(id) {
  S.views = S.views.filter((view) => view.id !== id);
  S.values.delete(id);
  drawModal();
}
function closeView(id) {
  removeView(id);
  post("/ui/close", { view_id: id });
}

async function submitView(view, form) {
  const send = form.querySelector("[data-testid=modal-submit]");
  if (!send || send.disabled) return;
  send.disabled = true;
  const answer = await post("/ui/submit", { view_id: view.id, values: S.values.get(view.id) ?? {} });
  send.disabled = false;
  for (const node of form.querySelectorAll("[data-input]")) {
    const text = answer.errors?.[node.dataset.input] ?? "";
    node.classList.toggle("wrong", Boolean(text));
    node.querySelector(".error").textContent = text;
  }
  const lost = !answer.ok && !answer.errors;
  form.querySelector("[data-testid=modal-error]").textContent = lost ? `Not sent: ${answer.error}. Try again.` : "";
  form.querySelector(".wrong .field")?.focus();
}

// ---------------------------------------------------------------- messages

const tsMs = (message) => Number(message.ts.replace("local-", "")) * 1000;
const isReply = (message) => Boolean(message.thread_ts && message.thread_ts !== message.ts);
function listOf(channel) {
  if (!S.messages.has(channel)) S.messages.set(channel, new Map());
  return S.messages.get(channel);
}
const sorted = (channel) => [...listOf(channel).values()].sort((a, b) => tsMs(a) - tsMs(b));
const repliesTo = (channel, ts) => sorted(channel).filter((one) => isReply(one) && one.thread_ts === ts);
function replyCount({ channel, ts, reply_count: told = 0 }) {
  return Math.max(told, repliesTo(channel, ts).filter((reply) => !reply.ephemeral).length);
}

function avatar(id) {
  const tone = S.users.findIndex((user) => user.id === id);
  const initials = nameOf(id).split(/[\s.-]+/).map((word) => word[0]).join("").slice(0, 2).toUpperCase();
  const keeper = svg("svg", { viewBox: "0 0 24 24" }, svg("use", { href: "#keeper" }));
  return el(`span.avatar.tone-${(tone % 5) + 1}`, { "aria-hidden": "true" }, id === S.bot.id ? keeper : initials);
}

function threadLink(message) {
  const { ts, replies } = message;
  const label = replies ? `${replies} ${replies === 1 ? "reply" : "replies"}` : "Reply in thread";
  return press(replies ? "quiet.thread-link.has" : "quiet.thread-link", {
    "data-testid": "open-thread", onclick: () => openThread(ts),
  }, label);
}

function drawMessage(message, again) {
  const { channel, ts, user, text, blocks = [], files = [], ephemeral, failed, edited, refused, replies } = message;
  const flags = Object.entries({ ephemeral, failed, renewed: again }).filter(([, on]) => on).map(([name]) => `.${name}`);
  const place = { key: `${channel}/${ts}`, where: { channel, message_ts: ts } };
  return el(`article.message${flags.join("")}`, {
    "data-ts": ts, "data-user": user, "data-ephemeral": ephemeral && "true",
    "data-testid": failed ? "failed-notice" : "message",
    onanimationend: (event) => event.currentTarget.classList.remove("renewed"),
  }, avatar(user), el("div.message-body",
    el("p.byline", el("b", nameOf(user)), user === S.bot.id && el("span.tag", "app"),
      el("time", { title: fullTime(tsMs(message)) }, clockTime(tsMs(message))),
      edited && el("span.aside.edited", "(edited)"), ephemeral && el("span.aside", "Only visible to you")),
    el("div.blocks", blocks.length ? drawBlocks(place, blocks) : el("div.text", mrkdwn(text ?? "")),
      files.map((file) => link(file.url_private, `📄 ${file.name} (${Math.ceil(file.size / 1024)} KB)`)),
      refused && invalidBox(refused.why, refused.blocks)),
    replies !== null && !failed && threadLink(message)));
}

const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 60;
const toEnd = (box) => { box.scrollTop = box.scrollHeight; };
// Puts the nodes into the box in this order and touches only what has to move.
function arrange(box, nodes) {
  [...box.children].filter((old) => !nodes.includes(old)).forEach((old) => old.remove());
  nodes.forEach((node, index) => {
    if (box.children[index] !== node) box.insertBefore(node, box.children[index] ?? null);
  });
}

// The newest drawing of a thing, made again only when it has changed; the control in focus keeps it.
const controls = (node) => [...node.querySelectorAll("button, input, select, textarea")];
function newest(cards, id, thing, draw) {
  const shown = JSON.stringify([S.me.id, thing]);
  const old = cards.get(id);
  if (old?.shown === shown) return old.node;
  const focused = old ? controls(old.node).indexOf(document.activeElement) : -1;
  const node = draw(thing, Boolean(old));
  old?.node.replaceWith(node);
  if (focused >= 0) controls(node)[focused]?.focus();
  cards.set(id, { shown, node });
  return node;
}

const panes = { messages: new Map(), replies: new Map() };
function fill(pane, messages) {
  const box = $(pane);
  const stay = !atEnd(box) && box.dataset.of === `${S.channel}/${S.thread}`;
  let day = "";
  box.dataset.of = `${S.channel}/${S.thread}`;
  const blank = el("p.blank", `Nothing here yet. Try ${S.commands[0].command} help.`);
  arrange(box, !messages.length ? [blank] : messages.flatMap((message) => {
    const before = day;
    day = nearDay(tsMs(message)) ?? local(tsMs(message), { dateStyle: "full" });
    const replies = pane === "messages" && !message.ephemeral ? replyCount(message) : null;
    const node = newest(panes[pane], `${message.channel}/${message.ts}`, { ...message, replies }, drawMessage);
    return day === before || pane === "replies" ? [node] : [el("p.day", titled(day)), node];
  }));
  if (!stay || messages.at(-1)?.user === S.me.id) toEnd(box);
}

function drawMessages() {
  const shown = sorted(S.channel).filter((message) => !isReply(message) || message.reply_broadcast);
  fill("messages", shown);
  const root = listOf(S.channel).get(S.thread);
  $("thread").hidden = !root;
  $("app").classList.toggle("with-thread", Boolean(root));
  if (root) fill("replies", [root, ...repliesTo(S.channel, S.thread)]);
}
function openThread(ts) {
  S.thread = ts;
  drawMessages();
  if (ts) $("thread-composer-input").focus();
}

function drawChannel() {
  const channel = channelOf(S.channel);
  const direct = channel.kind === "dm";
  const title = channelTitle(channel);
  if (!direct) S.tab = "messages";
  $("chat-name").textContent = $("thread-about").textContent = title;
  $("chat-about").textContent = direct ? "Only you and the app read this" : `${channel.members.length} members`;
  $("composer-input").placeholder = `Message ${title}, or / for a command`;
  $("tabs").hidden = !direct;
  $("tabs").querySelectorAll("button").forEach((node) => pressed(node, node.dataset.tab === S.tab));
  $("messages").hidden = $("composer").hidden = S.tab !== "messages";
  $("home").hidden = S.tab !== "home";
  history.replaceState(null, "", `?${new URLSearchParams({ user: S.me.id, channel: S.channel })}`);
  drawSidebar();
  drawMessages();
  drawHome();
}

function drawHome() {
  const { id, blocks } = S.home ?? {};
  const blank = el("p.blank", "The app has not published its Home yet.");
  $("home").replaceChildren(el("div.blocks", blocks ? drawBlocks({ key: id, where: { view_id: id } }, blocks) : blank));
}

// Ephemeral messages and notices live in this page alone, for each person.
function keep(message, gone) {
  if (!S.ephemerals.has(S.me.id)) S.ephemerals.set(S.me.id, new Map());
  if (gone) S.ephemerals.get(S.me.id).delete(message.ts);
  else if (message.ephemeral || message.refused) S.ephemerals.get(S.me.id).set(message.ts, message);
}

function take(message, isNew) {
  const { channel, ts, user } = message;
  if (!channelOf(channel)) return;
  const known = listOf(channel).has(ts);
  listOf(channel).set(ts, message);
  keep(message, false);
  if (isNew && !known && user !== S.me.id) {
    const where = channel === S.channel ? "" : ` in ${channelTitle(channelOf(channel))}`;
    const said = el("p", mrkdwn(message.text ?? "")).textContent.slice(0, 300);
    $("live").replaceChildren(el("p", `${nameOf(user)}${where}: ${said}`));
    if (channel !== S.channel || S.tab !== "messages") S.unread.set(channel, (S.unread.get(channel) ?? 0) + 1);
    drawSidebar();
  }
  if (channel === S.channel) drawMessages();
}

function drop(channel, ts) {
  const message = listOf(channel).get(ts);
  if (!message) return;
  listOf(channel).delete(ts);
  keep(message, true);
  if (channel === S.channel) drawMessages();
}

let notices = 0;
function notice(channel, fields) {
  notices += 1;
  const ts = `local-${(now() / 1000 + notices / 1e6).toFixed(6)}`;
  take({ channel: channel ?? S.channel, ts, thread_ts: null, user: "USLACKBOT", ...fields }, true);
}
const failure = (channel, text) => notice(channel, { text, failed: true, ephemeral: true });

// ---------------------------------------------------------------- sidebar

function channelButton({ id, kind, ...channel }) {
  const unread = S.unread.get(id);
  const direct = kind === "dm";
  return el("li", press(`channel${unread ? ".unread" : ""}`, {
    "data-channel": id, "aria-current": id === S.channel && "page", onclick: () => openChannel(id),
  }, el("span.channel-mark", { "aria-hidden": "true" }, direct ? "●" : "#"),
  el("span.channel-name", direct ? channelTitle({ kind, ...channel }) : channel.name),
  unread && el("span.count", { "aria-label": `${unread} unread` }, String(unread))));
}

function drawSidebar() {
  const of = (kind) => S.channels.filter((channel) => channel.kind === kind).map(channelButton);
  $("channels").replaceChildren(...of("channel"));
  $("dms").replaceChildren(...of("dm"));
  $("people").replaceChildren(...S.users.map(({ id, real_name: name, role_hint: role }) => press("person", {
    "data-user": id, "aria-pressed": String(id === S.me.id), onclick: () => become(id),
  }, avatar(id), el("span", name, el("small", role)))));
}

function openChannel(id) {
  S.channel = id;
  S.thread = null;
  S.unread.delete(id);
  $("app").classList.remove("with-account");
  drawChannel();
  $("composer-input").focus();
}

$("tabs").addEventListener("click", ({ target }) => {
  S.tab = target.dataset.tab ?? S.tab;
  if (S.tab === "home") post("/ui/home", {});
  drawChannel();
});
$("thread-close").addEventListener("click", () => openThread(null));

// ---------------------------------------------------------------- composer

// A list of offers at a text field: the arrows move in it, Enter takes one, Escape closes it.
let lists = 0;
function combobox(field, { id, label, find, take: use, takes = (key) => key === "Enter" }) {
  lists += 1;
  const list = el("div.menu", {
    popover: "manual", role: "listbox", id: `${id}-${lists}`, "aria-label": label, "data-testid": id,
  });
  const properties = { role: "combobox", "aria-label": label, "aria-autocomplete": "list", autocomplete: "off" };
  Object.entries(properties).forEach(([key, value]) => field.setAttribute(key, value));
  let [items, active, asked] = [[], 0, 0];
  const close = () => {
    asked += 1;
    items = [];
    list.remove();
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const move = (to) => {
    const options = [...list.querySelectorAll("[role=option]")];
    active = (to + items.length) % items.length;
    options.forEach((node, index) => node.setAttribute("aria-selected", String(index === active)));
    options[active].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", options[active].id);
  };
  const choose = (item) => { close(); use(item); };
  const row = (item, index) => (item.note ? el("p.hint", item.note) : el("div.option", {
    role: "option", id: `${list.id}-${index}`, "data-value": item.option?.value,
    onmousedown: (event) => { event.preventDefault(); choose(item); },
  }, el("b", item.label), item.usage && el("code", item.usage), item.detail && el("small", item.detail)));
  const refresh = async () => {
    const turn = (asked += 1);
    const found = await find();
    if (turn !== asked) return;
    close();
    if (!found.length) return;
    items = found.filter((item) => !item.note);
    list.replaceChildren(...found.map(row));
    field.after(list);
    list.showPopover();
    const box = (field.closest(".composer-row") ?? field).getBoundingClientRect();
    const upward = innerHeight - box.bottom < 300;
    list.style.cssText = `left: ${Math.min(box.left, innerWidth - 330)}px; min-width: ${box.width}px; `
      + (upward ? `bottom: ${innerHeight - box.top + 4}px` : `top: ${box.bottom + 4}px`);
    field.setAttribute("aria-expanded", "true");
    field.setAttribute("aria-controls", list.id);
    if (items.length) move(0);
  };
  field.addEventListener("input", refresh);
  field.addEventListener("focus", refresh);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!items.length) return;
    if (step) move(active + step);
    else if (takes(event.key)) choose(items[active]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
}

const commandOf = (text) => S.commands.find((one) => text === one.command || text.startsWith(`${one.command} `));
function completions(typed) {
  const [, sign = "", start = ""] = /(?:^|[\s(])([@#])([\w.-]*)$/.exec(typed) ?? /^(\/)(\S*)$/.exec(typed) ?? [];
  const offers = {
    "": () => [],
    "/": () => S.commands.map((one) => ({ word: one.command, usage: one.usage_hint, detail: one.description })),
    "#": () => S.channels.filter(({ kind }) => kind === "channel").map(({ name }) => ({ word: `#${name}` })),
    "@": () => [S.bot, ...S.users].map((one) => ({ word: `@${one.name}`, detail: one.real_name ?? "app" })),
  };
  const fits = ({ word, detail }) => `${word.slice(1)} ${sign === "@" ? detail : ""}`.toLowerCase().split(" ")
    .some((part) => part.startsWith(start.toLowerCase()));
  return offers[sign]().filter(fits).map((offer) => ({ ...offer, label: offer.word, back: start.length + 1 }));
}

function makeComposer(form, prefix, send) {
  const hook = (name) => ({ "data-testid": `${prefix}${name}` });
  const placeholder = prefix ? "Reply" : "Message";
  const field = el("textarea", { id: `${prefix}composer-input`, rows: 1, placeholder, ...hook("composer") });
  const usage = el("p.usage", { hidden: true, "aria-live": "polite", ...hook("usage-hint") });
  const button = el("button.button.primary", { disabled: true, ...hook("send") }, "Send");
  const typed = (text) => {
    field.value = text;
    field.dispatchEvent(new Event("input"));
  };
  const submit = (event) => {
    event.preventDefault();
    const text = field.value.trim();
    typed("");
    if (text) send(text);
  };
  combobox(field, {
    id: `${prefix}completions`, label: placeholder,
    find: () => completions(field.value.slice(0, field.selectionStart)),
    takes: (key) => key === "Tab" || (key === "Enter" && !commandOf(field.value.trim())),
    take: ({ word, back }) => {
      field.setRangeText(`${word} `, field.selectionStart - back, field.selectionStart, "end");
      field.dispatchEvent(new Event("input"));
    },
  });
  field.addEventListener("input", () => {
    const { command, usage_hint: hint = "", description = "" } = commandOf(field.value) ?? {};
    button.disabled = !field.value.trim();
    usage.hidden = !command;
    if (command) usage.replaceChildren(el("code", command), ` ${hint} `, el("span.faint", description));
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });
  form.addEventListener("submit", submit);
  form.replaceChildren(usage, el("div.composer-row", field, button));
}

async function speak(text, thread) {
  const { channel } = S;
  const [name] = text.split(/\s/);
  const refuse = (why) => failure(channel, `${name} ${why}`);
  if (!text.startsWith("/")) {
    const answer = await post("/ui/message", { channel, text, thread_ts: thread ?? undefined });
    if (answer.ok === false) failure(channel, `Your message was not sent: ${answer.error}`);
  } else if (thread) refuse(`cannot be used in a thread. Type it in the channel, or mention @${S.bot.name} here.`);
  else if (!commandOf(text)) refuse(`is not a command here. Try ${S.commands[0].command} help.`);
  else {
    const answer = await post("/ui/command", { channel, text });
    if (!answer.ok && answer.error !== "dispatch_failed") refuse(`failed with the error "${answer.error}"`);
  }
}

// ---------------------------------------------------------------- events

const EVENTS = {
  message: ({ message }) => take(message, true),
  changed: ({ message }) => take(message, false),
  deleted: ({ channel, ts }) => drop(channel, ts),
  view: ({ view }) => {
    const at = S.views.findIndex((one) => one.id === view.id);
    S.views.splice(at < 0 ? S.views.length : at, 1, view);
    drawModal();
  },
  view_closed: ({ view_id: id }) => removeView(id),
  home: ({ view }) => { S.home = view; drawHome(); },
  failed: ({ channel, text }) => failure(channel, text),
  invalid: ({ channel, errors, blocks }) => notice(channel, {
    user: S.bot.id, text: "Slack would refuse this message.",
    refused: { why: errors.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("; "), blocks },
  }),
};

async function load(user, channel) {
  const { status, data } = await call("GET", `/ui/state?${new URLSearchParams({ user: user ?? "" })}`);
  if (status !== 200) return false;
  const { messages, now_ms: ms, ...rest } = data;
  Object.assign(S, rest);
  if (!R.state) hear(ms);
  const byTs = (list) => new Map(list.map((message) => [message.ts, message]));
  S.messages = new Map(Object.entries(messages).map(([id, list]) => [id, byTs(list)]));
  for (const message of S.ephemerals.get(S.me.id)?.values() ?? []) listOf(message.channel).set(message.ts, message);
  S.channel = [channel, S.channel, S.channels[0].id].find((id) => channelOf(id));
  S.unread.delete(S.channel);
  drawChannel();
  drawModal();
  drawAccount();
  $("banner").hidden = true;
  return true;
}

// Listens first and reads the state after, so that nothing falls between; a reconnect reads the state again.
function listen(user) {
  S.events?.close();
  const events = new EventSource(`/ui/events?${new URLSearchParams({ user })}`);
  let read = null;
  S.events = events;
  events.onopen = () => { read = load(user, S.channel); };
  events.onmessage = async ({ data }) => {
    const event = JSON.parse(data);
    if ((await read) && S.events === events) EVENTS[event.type]?.(event);
  };
  events.onerror = () => {
    $("banner").hidden = false;
    if (events.readyState === EventSource.CLOSED) setTimeout(() => S.events === events && listen(user), 1500);
  };
}

function become(user) {
  S.thread = null;
  S.values.clear();
  S.unread.clear();
  listen(user);
}

// ---------------------------------------------------------------- the RunPod account

const R = { state: null, pods: new Map(), faults: new Map() };
const control = (method, path, body) => call(method, `/runpod/control/${path}`, body);
const dollars = (value) => value.toLocaleString("en-US", { style: "currency", currency: "USD" });
function span(seconds) {
  const [days, hours, minutes] = [seconds / 86400, (seconds % 86400) / 3600, (seconds % 3600) / 60].map(Math.floor);
  if (days) return `${days} d ${hours} h`;
  return hours ? `${hours} h ${minutes} min` : `${minutes} min`;
}

const TONES = { RUNNING: "running", EXITED: "stopped", TERMINATED: "gone", ERROR: "lost" }; // any other is on its way
const CONSOLE = [
  ["stop", "Stop", "running moving"], ["start", "Start", "stopped lost"], ["kill", "Kill host", "running moving"],
  ["busy", "Busy", "running"], ["idle", "Idle", "running"], ["terminate", "Terminate", "running moving stopped lost"],
];
const BREAKS = { // what hosts do to pods, behind one menu per running pod
  memory_full: "Memory fills", outbid: "Outbid", out_of_memory: "Out of memory", crash: "Container ends", begin_anew: "Begins anew", crash_loop: "Crash loop",
  lose_gpus: "Loses its GPUs", fail: "Fails (ERROR)", host_down: "Host down", cuda_failed: "CUDA fails",
  pull_failed: "Image gone", maintain: "Host maintenance", announce_maintenance: "Maintenance announced",
};
const gone = (pod) => ({
  title: "Terminate in the console?", confirm: "Terminate", deny: "Cancel", style: "danger",
  text: { type: "plain_text", text: `${pod.name} (${pod.id}) and its disks are gone for good.`, emoji: false },
});

function consoleButton(pod, [what, label]) {
  return press("quiet", { "data-do": what, onclick: async () => {
    if (what === "terminate" && !(await ask(gone(pod)))) return;
    await deed(pod, what, label);
  } }, label);
}

async function deed(pod, what, label) {
  const { status, data } = await control("POST", `pods/${encodeURIComponent(pod.id)}/do`, { what });
  if (status !== 200) toast(`${label} was not done: ${data?.error ?? data?.detail ?? status}`);
}

function breakMenu(pod) {
  const menu = el("select.quiet", { "aria-label": `What happens to ${pod.name}`, "data-break": pod.id, onchange: async () => {
    const what = menu.value;
    menu.value = "";
    if (what) await deed(pod, what, BREAKS[what]);
  } }, el("option", { value: "" }, "Break…"), ...Object.entries(BREAKS).map(([what, label]) => el("option", { value: what }, label)));
  return menu;
}

function podCard(pod) {
  const tone = TONES[pod.status] ?? "moving";
  const known = pod.gpu_util !== null;
  const cpu = pod.cpu_util === null ? "" : `, CPU ${pod.cpu_util} %`;
  const gpu = `${pod.gpu_count > 1 ? `${pod.gpu_count} × ` : ""}${pod.gpu ?? "CPU only"}`;
  const up = tone === "running" && pod.uptime_s !== null && `up ${span(pod.uptime_s)}`;
  return el(`article.pod.${tone}`, { "data-pod": pod.id, "data-status": pod.status },
    el("p.pod-top", el("span.pod-state", pod.status), el("span.pod-name", { title: pod.name }, pod.name),
      pod.locked && el("span.tag", "locked"),
      pod.cost_per_hour > 0 && el("span.pod-cost", `${dollars(pod.cost_per_hour)}/h`)),
    el("p.pod-line", el("span.pod-id", pod.id), [gpu, pod.data_center, up].filter(Boolean).join(" · ")),
    tone === "running" && el("p.pod-line",
      el(`span.util-bar${known ? "" : ".unknown"}`, el("span", { style: `width: ${pod.gpu_util ?? 0}%` })),
      known ? `GPU ${pod.gpu_util} %${cpu}` : "no telemetry"),
    pod.story && el("p.pod-story", pod.story),
    el("p.pod-do", { role: "group", "aria-label": "In RunPod's console" },
      CONSOLE.filter(([, , when]) => when.split(" ").includes(tone)).map((one) => consoleButton(pod, one)),
      tone === "running" && breakMenu(pod)));
}

function drawAccount() {
  if (!R.state || !S.me) return;
  const { account, clock, pods, faults } = R.state;
  const { burn_per_hour: burn, balance, email } = account;
  const mend = (path, id, label) => press("quiet", { "data-fault": id, onclick: () => control("DELETE", path) }, label);
  const broken = faults.map((fault) => newest(R.faults, fault.id, fault, ({ id, kind, text }) => (
    el("li", { "data-kind": kind }, text || kind, mend(`faults/${encodeURIComponent(id)}`, id, "Mend")))));
  $("account-about").textContent = email ?? "";
  $("burn").textContent = `${dollars(burn)}/h`;
  $("balance").textContent = dollars(balance);
  $("runway").textContent = burn > 0 ? span((balance / burn) * 3600) : "as is";
  $("clock-pause").textContent = clock.paused ? "Run" : "Pause";
  pressed($("clock-pause"), clock.paused);
  pressed($("clock-x1"), !clock.paused && clock.speed === 1);
  pressed($("clock-x60"), !clock.paused && clock.speed === 60);
  arrange($("pods"), pods.map((pod) => newest(R.pods, pod.id, pod, podCard)));
  const all = newest(R.faults, "all", {}, () => el("li", el("span"), mend("faults", "all", "Mend all")));
  arrange($("faults"), broken.length > 1 ? [...broken, all] : broken);
}

function heardAccount(state) {
  R.state = state;
  hear(state.clock.now_ms, state.clock.paused ? 0 : state.clock.speed);
  drawAccount();
}

async function openAccount() {
  const { status, data } = await control("GET", "state");
  if (status !== 200) return;
  heardAccount(data);
  $("account").hidden = $("account-open").hidden = false;
  $("app").classList.add("has-account");
  const kinds = (await control("GET", "fault-kinds")).data ?? [];
  $("fault-kinds").replaceChildren(...kinds.map(({ kind, label, help }) => press("button.small", {
    "data-fault-kind": kind, title: help, onclick: () => control("POST", "faults", { kind }),
  }, label)), press("button.small", {
    "data-fault-kind": "balance_gone", title: "The last dollar is spent within seconds: RunPod stops and terminates.",
    onclick: () => control("POST", "settings", { balance: "0.01" }),
  }, "Balance gone"));
  const events = new EventSource("/runpod/control/events");
  events.onmessage = (event) => heardAccount(JSON.parse(event.data));
  events.onerror = () => { if (events.readyState === EventSource.CLOSED) setTimeout(openAccount, 3000); };
}

function tick() {
  if (!S.me || !R.state) return;
  const day = local(now(), { weekday: "short", day: "numeric", month: "short" });
  $("clock-now").replaceChildren(el("b", local(now(), { timeStyle: "medium" })), ` ${day}`);
}

const CLOCK = {
  "clock-pause": () => ["clock", { paused: !R.state.clock.paused }],
  "clock-x1": () => ["clock", { speed: 1, paused: false }],
  "clock-x60": () => ["clock", { speed: 60, paused: false }],
  "clock-hour": () => ["clock/advance", { seconds: 3600 }],
};
for (const [id, request] of Object.entries(CLOCK)) {
  $(id).addEventListener("click", async () => {
    $(id).disabled = true;
    await control("POST", ...request());
    $(id).disabled = false;
  });
}
for (const [id, open] of [["account-open", true], ["account-close", false]]) {
  $(id).addEventListener("click", () => {
    $("app").classList.toggle("with-account", open);
    $(open ? "account-close" : "account-open").focus();
  });
}
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if ($("app").classList.contains("with-account")) $("account-close").click();
  else if (S.thread) openThread(null);
});

// ---------------------------------------------------------------- start

const asked = new URLSearchParams(location.search);
makeComposer($("composer"), "", (text) => speak(text, null));
makeComposer($("thread-composer"), "thread-", (text) => speak(text, S.thread));
setInterval(tick, 250);
while (!(await load(asked.get("user"), asked.get("channel")))) {
  $("banner").hidden = false;
  asked.delete("user");
  await new Promise((resolve) => { setTimeout(resolve, 1500); });
}
listen(S.me.id);
await openAccount();
