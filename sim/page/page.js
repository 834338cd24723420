// The demo page: a chat on the left, the RunPod account on the right. Text from outside reaches the page by textContent alone.

const $ = (id) => document.getElementById(id);
const PLAIN_PROPS = new Set(["value", "checked", "disabled", "hidden", "textContent", "selected", "open"]);

function el(tag, props = {}, ...kids) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (PLAIN_PROPS.has(key)) node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...kids.flat(Infinity).filter((kid) => kid || typeof kid === "string"));
  return node;
}

function svg(tag, attributes = {}, ...kids) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...kids);
  return node;
}

// ---------------------------------------------------------------- state

const S = {
  me: null, users: [], channels: [], commands: [], usergroups: [], bot: { id: "", name: "podkeeper" }, home: null,
  views: [], messages: new Map(), unread: new Map(), channel: null, thread: null, tab: "messages",
  ephemerals: new Map(), values: new Map(), events: null, loaded: false, waiting: [], heard: { now_ms: 0, at: 0, speed: 1 },
};

async function call(method, path, body) {
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  try {
    const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, ...(text ? { data: JSON.parse(text) } : {}) };
  } catch (problem) {
    return { status: 0, problem: String(problem) };
  }
}

async function post(path, body) {
  const { status, data } = await call("POST", path, { user: S.me?.id, ...body });
  return data ?? { ok: false, error: status === 0 ? "no_connection" : `http_${status}` };
}

function toast(text) {
  const node = el("p", { textContent: text });
  $("toasts").append(node);
  setTimeout(() => node.remove(), 7000);
}

const now = () => S.heard.now_ms + (performance.now() - S.heard.at) * S.heard.speed;
const hear = (ms, speed = 1) => { S.heard = { now_ms: ms, at: performance.now(), speed }; };
const channelOf = (id) => S.channels.find((channel) => channel.id === id);
const userOf = (id) => S.users.find((user) => user.id === id);
const isBot = (id) => id === S.bot.id || (!userOf(id) && id !== "USLACKBOT");
function nameOf(id) {
  return userOf(id)?.real_name ?? userOf(id)?.name ?? (id === S.bot.id ? titled(S.bot.name) : id === "USLACKBOT" ? "Slackbot" : id);
}
const handleOf = (id) => userOf(id)?.name ?? (id === S.bot.id ? S.bot.name : id);
const titled = (word) => word.charAt(0).toUpperCase() + word.slice(1);

// ---------------------------------------------------------------- times

const formats = new Map();
function local(ms, options) {
  const key = `${S.me?.tz}${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: S.me?.tz, hourCycle: "h23", ...options }));
  return formats.get(key).format(ms);
}
const clockTime = (ms) => local(ms, { hour: "2-digit", minute: "2-digit" });
const isoDay = (ms) => local(ms, { year: "numeric", month: "2-digit", day: "2-digit" }).split("/").reverse().join("-");
const longDay = (ms) => local(ms, { weekday: "long", day: "numeric", month: "long" });
const fullTime = (ms) => local(ms, { dateStyle: "full", timeStyle: "medium" });

function nearDay(ms, otherwise, capital = true) {
  const day = isoDay(ms);
  const word = { [isoDay(now())]: "today", [isoDay(now() - 864e5)]: "yesterday", [isoDay(now() + 864e5)]: "tomorrow" }[day];
  return word ? (capital ? titled(word) : word) : otherwise;
}

function ago(ms) {
  const seconds = (ms - now()) / 1000;
  const [unit, size] = [["day", 86400], ["hour", 3600], ["minute", 60]].find(([, s]) => Math.abs(seconds) >= s) ?? ["second", 1];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

function dateToken(seconds, format) {
  const ms = Number(seconds) * 1000;
  const date = local(ms, { day: "numeric", month: "long", year: "numeric" });
  const short = local(ms, { day: "numeric", month: "short", year: "numeric" });
  const long = local(ms, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const known = {
    date, date_short: short, date_long: long, date_num: isoDay(ms), date_slash: isoDay(ms).replaceAll("-", "/"), ago: ago(ms),
    date_pretty: nearDay(ms, date, false), date_short_pretty: nearDay(ms, short, false), date_long_pretty: nearDay(ms, long, false),
    time: clockTime(ms), time_secs: local(ms, { timeStyle: "medium" }), day_divider_pretty: nearDay(ms, longDay(ms)),
  };
  return format.replace(/\{(\w+)\}/g, (token, name) => known[name] ?? token);
}

// ---------------------------------------------------------------- text: mrkdwn, plain text, markdown, rich text

const EMOJI = Object.fromEntries((
  "white_check_mark ✅ heavy_check_mark ✔️ x ❌ warning ⚠️ rotating_light 🚨 red_circle 🔴 large_red_circle 🔴 large_orange_circle 🟠 "
  + "large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 white_circle ⚪ black_circle ⚫ hourglass ⌛ "
  + "hourglass_flowing_sand ⏳ zzz 💤 moneybag 💰 money_with_wings 💸 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 "
  + "bar_chart 📊 bell 🔔 no_bell 🔕 lock 🔒 unlock 🔓 shield 🛡️ key 🔑 fire 🔥 eyes 👀 wave 👋 thumbsup 👍 +1 👍 -1 👎 thumbsdown 👎 tada 🎉 "
  + "rocket 🚀 stop_sign 🛑 octagonal_sign 🛑 no_entry ⛔ arrows_counterclockwise 🔄 repeat 🔁 arrow_right ➡️ bulb 💡 question ❓ "
  + "information_source ℹ️ gear ⚙️ wrench 🔧 clock3 🕒 alarm_clock ⏰ calendar 📅 memo 📝 pushpin 📌 link 🔗 floppy_disk 💾 package 📦 "
  + "double_vertical_bar ⏸️ black_square_for_stop ⏹️ arrow_forward ▶️ sunrise 🌅 bust_in_silhouette 👤 robot_face 🤖 wastebasket 🗑️"
).split(" ").map((word, index, all) => [word, all[index + 1]]).filter((_, index) => index % 2 === 0));
const emojis = (text) => text.replace(/:([a-z0-9_+'-]+):/g, (code, name) => EMOJI[name] ?? code);
const unescaped = (text) => text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);

const isWeb = (url) => /^(https?:|mailto:)/i.test(url ?? "");
const visit = (url) => isWeb(url) && window.open(url, "_blank", "noopener");
function link(url, ...kids) {
  if (!isWeb(url)) return el("span", {}, ...kids);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...kids);
}

function mention(kind, label, mine = false) {
  return el("span", { class: `mention ${mine ? "mention-me" : ""}`, textContent: `${kind}${label}` });
}
const userMention = (id, label) => mention("@", userOf(id) || id === S.bot.id ? nameOf(id) : label ?? id, id === S.me?.id);
function channelMention(id, label) {
  const channel = channelOf(id);
  if (!channel) return mention("#", label || "private-channel");
  return el("button", { type: "button", class: "mention", textContent: `#${channel.name}`, onclick: () => openChannel(id) });
}

// What stands between < and > in Slack's text.
function angle(inner) {
  const [body, label] = inner.includes("|") ? [inner.slice(0, inner.indexOf("|")), inner.slice(inner.indexOf("|") + 1)] : [inner];
  const shown = label === undefined ? undefined : unescaped(label);
  if (body.startsWith("@")) return userMention(body.slice(1), shown);
  if (body.startsWith("#")) return channelMention(body.slice(1), shown);
  if (body.startsWith("!subteam^")) return groupMention(body.slice(9), shown);
  if (body.startsWith("!date^")) {
    const [, seconds, format, target] = body.split("^");
    const text = unescaped(dateToken(seconds, format ?? "{date}"));
    const time = el("time", { title: fullTime(Number(seconds) * 1000), textContent: Number.isFinite(Number(seconds)) ? text : shown ?? "" });
    return target ? link(unescaped(target), time) : time;
  }
  if (/^!(here|channel|everyone)$/.test(body)) return mention("@", body.slice(1), true);
  if (body.startsWith("!")) return el("span", { textContent: shown ?? `<${body}>` });
  return link(unescaped(body), emojis(shown ?? unescaped(body).replace(/^mailto:/, "")));
}
function groupMention(id, label) {
  return mention("@", S.usergroups.find((group) => group.id === id)?.handle ?? label?.replace(/^@/, "") ?? id);
}

const INLINE = new RegExp(
  "`([^`\\n]+)`|<([^<>\\n]+)>|(?<![\\p{L}\\p{N}])([*_~])(?=\\S)((?:`[^`\\n]*`|<[^<>\\n]*>|[^\\n])*?\\S)\\3(?![\\p{L}\\p{N}])"
  + "|(https?:\\/\\/[^\\s<>|*`]+[^\\s<>|*`.,;:!?)'\"])", "gu",
);
const STYLE_TAG = { "*": "strong", _: "em", "~": "s" };

function inline(text, verbatim) {
  const out = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, inner, mark, body, bare] = match;
    out.push(emojis(unescaped(text.slice(at, match.index))));
    at = match.index + whole.length;
    if (code !== undefined) out.push(el("code", { textContent: codeText(code) }));
    else if (inner !== undefined) out.push(angle(inner));
    else if (mark) out.push(el(STYLE_TAG[mark], {}, inline(body, verbatim)));
    else out.push(verbatim ? bare : link(unescaped(bare), unescaped(bare)));
  }
  out.push(emojis(unescaped(text.slice(at))));
  return out.flat(Infinity);
}
const codeText = (code) => unescaped(code.replace(/<(https?:[^|>]+|mailto:[^|>]+)(?:\|([^>]*))?>/g, (_, url, label) => label ?? url));

function mrkdwn(text, verbatim = false) {
  const out = document.createDocumentFragment();
  text.split(/```/).forEach((part, index, all) => {
    if (index % 2 === 1 && index < all.length - 1) out.append(el("pre", { textContent: codeText(part).replace(/^\n|\n$/g, "") }));
    else if (part) out.append(...lines(index % 2 === 1 ? "```" + part : part, verbatim, index > 0));
  });
  return out;
}

function lines(text, verbatim, afterPre) {
  const out = [];
  let quote = null;
  (afterPre ? text.replace(/^\n/, "") : text).split("\n").forEach((line) => {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quoted) {
      if (quote) quote.append(el("br"));
      else out.push((quote = el("blockquote")));
      quote.append(...inline(quoted[1], verbatim));
      return;
    }
    if (out.length && !quote) out.push(el("br"));
    quote = null;
    out.push(...inline(line, verbatim));
  });
  return out;
}

class Invalid extends Error {}
function need(good, what) {
  if (!good) throw new Invalid(what);
}

function textObject(text, where = "text") {
  need(text && typeof text.text === "string", `${where} is missing`);
  need(text.type === "mrkdwn" || text.type === "plain_text", `${where} has the unknown type ${text.type}`);
  return text.type === "mrkdwn" ? mrkdwn(text.text, text.verbatim) : plain(text);
}
const plain = (text) => (typeof text === "string" ? text : text?.emoji === false ? text.text : emojis(text?.text ?? ""));

// Standard markdown, as the markdown block carries it.
const MD_INLINE = /`([^`]+)`|\*\*(.+?)\*\*|__(.+?)__|~~(.+?)~~|\*(\S.*?)\*|(?<!\w)_(\S.*?)_(?!\w)|!?\[([^\]]*)\]\(([^)\s]+)\)|<((?:[@#!]|https?:)[^<>]+)>|(https?:\/\/[^\s<>]+)/g;
function mdInline(text) {
  const out = [];
  let at = 0;
  for (const match of text.matchAll(MD_INLINE)) {
    const [whole, code, strong, strong2, strike, em, em2, label, url, inner, bare] = match;
    out.push(emojis(unescaped(text.slice(at, match.index))));
    at = match.index + whole.length;
    if (code !== undefined) out.push(el("code", { textContent: unescaped(code) }));
    else if (strong ?? strong2) out.push(el("strong", {}, mdInline(strong ?? strong2)));
    else if (strike) out.push(el("s", {}, mdInline(strike)));
    else if (em ?? em2) out.push(el("em", {}, mdInline(em ?? em2)));
    else if (url) out.push(link(unescaped(url), mdInline(label)));
    else out.push(inner ? angle(inner) : link(unescaped(bare), unescaped(bare)));
  }
  out.push(emojis(unescaped(text.slice(at))));
  return out;
}

function markdown(source) {
  const out = el("div", { class: "md" });
  const rest = source.split("\n");
  const take = (test) => { const got = []; while (rest.length && test(rest[0])) got.push(rest.shift()); return got; };
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  while (rest.length) {
    const line = rest.shift();
    const heading = /^(#{1,6}) +(.*)$/.exec(line);
    if (/^```/.test(line)) {
      out.append(el("pre", { textContent: unescaped(take((l) => !/^```/.test(l)).join("\n")) }));
      rest.shift();
    } else if (heading) out.append(el(`h${Math.min(heading[1].length + 2, 6)}`, {}, mdInline(heading[2])));
    else if (/^ *([-*_])( *\1){2,} *$/.test(line)) out.append(el("hr"));
    else if (/^> ?/.test(line)) out.append(el("blockquote", {}, markdown([line, ...take((l) => /^>/.test(l))].map((l) => l.replace(/^> ?/, "")).join("\n"))));
    else if (/^ *([-*+]|\d+[.)]) /.test(line)) out.append(mdList([line, ...take((l) => /^ *([-*+]|\d+[.)]) /.test(l) || /^ {2,}\S/.test(l))]));
    else if (line.includes("|") && /^[\s|:-]+$/.test(rest[0] ?? "") && rest[0].includes("-")) {
      rest.shift();
      const row = (tag) => (l) => el("tr", {}, cells(l).map((cell) => el(tag, {}, mdInline(cell))));
      const body = take((l) => l.includes("|")).map(row("td"));
      out.append(el("div", { class: "table-wrap" }, el("table", {}, el("thead", {}, row("th")(line)), el("tbody", {}, body))));
    } else if (line.trim()) {
      const more = take((l) => l.trim() && !/^(#{1,6} |```|> | *([-*+]|\d+[.)]) )/.test(l));
      out.append(el("p", {}, [line, ...more].flatMap((l, index) => (index ? [el("br"), ...mdInline(l)] : mdInline(l)))));
    }
  }
  return out;
}

function mdList(items) {
  const indent = (line) => /^ */.exec(line)[0].length;
  const top = indent(items[0]);
  const list = el(/^ *\d/.test(items[0]) ? "ol" : "ul");
  while (items.length) {
    const text = items.shift().replace(/^ *(?:[-*+]|\d+[.)]) /, "");
    const task = /^\[([ xX])\] /.exec(text);
    const item = el("li", {}, task ? (task[1] === " " ? "☐ " : "☑ ") : null, mdInline(task ? text.slice(4) : text));
    const deeper = [];
    while (items.length && indent(items[0]) > top) deeper.push(items.shift());
    if (deeper.length) item.append(/^ *([-*+]|\d+[.)]) /.test(deeper[0]) ? mdList(deeper) : el("p", {}, mdInline(deeper.join(" ").trim())));
    list.append(item);
  }
  return list;
}

const RICH = {
  text: (e) => e.text,
  link: (e) => link(e.url, e.text ?? e.url),
  user: (e) => userMention(e.user_id),
  usergroup: (e) => groupMention(e.usergroup_id),
  channel: (e) => channelMention(e.channel_id),
  broadcast: (e) => mention("@", e.range, true),
  emoji: (e) => EMOJI[e.name] ?? `:${e.name}:`,
  date: (e) => el("time", { title: fullTime(e.timestamp * 1000), textContent: dateToken(e.timestamp, e.format ?? "{date}") }),
  color: (e) => e.value,
};
function richInline(elements) {
  need(Array.isArray(elements), "rich text elements are missing");
  return elements.map((e) => {
    need(RICH[e.type], `rich text has the unknown element ${e.type}`);
    let node = RICH[e.type](e);
    for (const [style, tag] of [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"]]) {
      if (e.style?.[style]) node = el(tag, {}, node);
    }
    return node;
  });
}

const RICH_OBJECTS = {
  rich_text_section: (o) => el("div", { class: "rich" }, richInline(o.elements)),
  rich_text_table_cell: (o) => el("div", { class: "rich" }, richInline(o.elements)),
  rich_text_quote: (o) => el("blockquote", { class: "rich" }, richInline(o.elements)),
  rich_text_preformatted: (o) => el("pre", {}, richInline(o.elements)),
  rich_text_list: (o) => {
    const list = el(o.style === "ordered" ? "ol" : "ul", { class: `indent-${Math.min(o.indent ?? 0, 8)}` });
    if (o.style === "ordered" && o.offset) list.start = o.offset + 1;
    list.append(...o.elements.map((item) => el("li", {}, richInline(item.elements))));
    return list;
  },
};
function richText(block) {
  need(Array.isArray(block.elements), "rich_text needs elements");
  return block.elements.map((o) => {
    need(RICH_OBJECTS[o.type], `rich_text has the unknown element ${o.type}`);
    return RICH_OBJECTS[o.type](o);
  });
}

// ---------------------------------------------------------------- interactive elements
// ctx says where an element stands: {surface, key, where: {channel, message_ts} | {view_id}}.

const valuesOf = (ctx) => { if (!S.values.has(ctx.key)) S.values.set(ctx.key, {}); return S.values.get(ctx.key); };
const stored = (ctx, block, element) => valuesOf(ctx)[block.block_id]?.[element.action_id];
function store(ctx, block, element, value) {
  (valuesOf(ctx)[block.block_id] ??= {})[element.action_id] = { type: element.type, ...value };
}

async function act(ctx, block, element, change, node) {
  if (element.confirm && !(await ask(element.confirm))) return false;
  node?.setAttribute("aria-busy", "true");
  const { block_id } = block;
  const { action_id, type } = element;
  const answer = await post("/ui/action", { ...ctx.where, block_id, action_id, type, ...change, state: { values: valuesOf(ctx) } });
  node?.removeAttribute("aria-busy");
  if (!answer.ok) toast(`“${node?.textContent || action_id}” was not taken: ${answer.error ?? "no answer"}`);
  return answer.ok;
}

// Keeps what an input holds; outside input blocks, or when the block asks for it, it is an action as well.
async function changed(ctx, block, element, value, node) {
  const before = stored(ctx, block, element);
  store(ctx, block, element, value);
  if (block.type === "input" && !block.dispatch_action) return true;
  const done = await act(ctx, block, element, value, node);
  if (!done && element.confirm) store(ctx, block, element, before ?? {});
  return done;
}

const hooks = (block, element) => ({ "data-action-id": element.action_id, "data-block-id": block.block_id });

function button(ctx, block, element) {
  need(element.text?.text, "a button needs a text");
  const style = ["primary", "danger"].includes(element.style) ? element.style : "";
  const node = el("button", {
    type: "button", class: `button ${style}`, ...hooks(block, element), "aria-label": element.accessibility_label,
    onclick: () => {
      if (!element.confirm) visit(element.url);
      act(ctx, block, element, { value: element.value }, node);
    },
  }, plain(element.text), element.url ? el("span", { class: "out", "aria-hidden": "true" }, " ↗") : null);
  return node;
}

const plainOption = (value, label, description) => ({ value, text: { type: "plain_text", text: label, emoji: false }, description });
const SOURCES = {
  users: () => S.users.map((user) => plainOption(user.id, user.real_name ?? user.name)),
  channels: () => S.channels.filter((c) => c.kind === "channel").map((c) => plainOption(c.id, `#${c.name}`)),
  conversations: () => S.channels.map((c) => plainOption(c.id, channelTitle(c))),
};
const SELECTED = { static: "selected_option", external: "selected_option", users: "selected_user", channels: "selected_channel", conversations: "selected_conversation" };

function picker(ctx, block, element) {
  const multi = element.type.startsWith("multi_");
  const base = element.type.replace("multi_", "").replace("_select", "");
  const key = SELECTED[base] + (multi ? "s" : "");
  const byId = base in SOURCES;
  const asValue = (option) => (byId ? option.value : option);
  const label = (value) => (byId ? plain(SOURCES[base]().find((option) => option.value === value)?.text ?? value) : plain(value.text));
  if (!stored(ctx, block, element)) store(ctx, block, element, { [key]: element[key.replace("selected", "initial")] ?? (multi ? [] : null) });
  const chosen = () => [stored(ctx, block, element)?.[key] ?? []].flat();
  const face = el("span", { class: "picker-face" });
  const draw = () => {
    face.textContent = chosen().map(label).join(", ") || plain(element.placeholder) || "Choose";
    face.classList.toggle("empty", chosen().length === 0);
  };
  const node = el("button", { type: "button", class: "button picker", "aria-haspopup": "listbox", ...hooks(block, element), onclick: () => {
    openMenu(node, {
      label: plain(element.placeholder) || "Choose", search: true, multi,
      least: base === "external" ? element.min_query_length ?? 3 : 0,
      load: (query) => (base === "external" ? externalOptions(ctx, block, element, query) : matching(staticGroups(element, base), query)),
      chosen: (option) => chosen().some((value) => (byId ? value : value.value) === option.value),
      pick: async (option) => {
        const value = asValue(option);
        const has = chosen().filter((other) => (byId ? other : other.value) !== option.value);
        const next = multi ? (has.length < chosen().length ? has : [...has, value]) : value;
        await changed(ctx, block, element, { [key]: next }, node);
        draw();
      },
    });
  } }, face, el("span", { class: "caret", "aria-hidden": "true" }, "▾"));
  draw();
  return node;
}

const staticGroups = (element, base) => element.option_groups ?? [{ options: SOURCES[base]?.() ?? element.options ?? [] }];
function matching(groups, query) {
  const hit = (option) => plain(option.text).toLowerCase().includes(query.toLowerCase());
  return groups.map((group) => ({ label: group.label, options: group.options.filter(hit) })).filter((group) => group.options.length);
}
async function externalOptions(ctx, block, element, query) {
  const answer = await post("/ui/options", { ...ctx.where, block_id: block.block_id, action_id: element.action_id, value: query });
  if (answer.ok === false) return [{ label: `No options: ${answer.error ?? "no answer"}`, options: [] }];
  return answer.option_groups ?? [{ options: answer.options ?? [] }];
}

function overflow(ctx, block, element) {
  need(element.options?.length, "an overflow menu needs options");
  const node = el("button", { type: "button", class: "button icon", "aria-label": "More", "aria-haspopup": "listbox", ...hooks(block, element), onclick: () => {
    openMenu(node, { label: "More", load: () => [{ options: element.options }], pick: (option) => {
      visit(option.url);
      act(ctx, block, element, { selected_option: option }, node);
    } });
  } }, "⋯");
  return node;
}

let menuCount = 0;
function openMenu(anchor, { label, load, pick, chosen = () => false, search = false, multi = false, least = 0 }) {
  document.querySelector(".menu")?.hidePopover();
  const id = `menu-${(menuCount += 1)}`;
  const list = el("div", { role: "listbox", id, "aria-label": label, "aria-multiselectable": multi ? "true" : null, tabindex: search ? null : "-1" });
  const input = search && el("input", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": id, "aria-label": label, placeholder: "Type to search", autocomplete: "off", "data-testid": "menu-search" });
  const menu = el("div", { class: "menu", popover: "auto", "data-testid": "menu" }, input, list);
  let active = 0;
  let asked = 0;
  const options = () => [...list.querySelectorAll("[role=option]")];
  const move = (to) => {
    const all = options();
    active = all.length ? (to + all.length) % all.length : 0;
    all.forEach((node, index) => node.classList.toggle("active", index === active));
    all[active]?.scrollIntoView({ block: "nearest" });
    (input || list).setAttribute("aria-activedescendant", all[active]?.id ?? "");
  };
  const take = async (option) => {
    if (!multi) menu.hidePopover();
    await pick(option);
    if (multi) refresh();
    else anchor.focus();
  };
  const refresh = async () => {
    const query = input ? input.value : "";
    const turn = (asked += 1);
    if (query.length < least) return list.replaceChildren(el("p", { class: "hint" }, `Type at least ${least} characters`));
    const groups = await load(query);
    if (turn !== asked) return undefined;
    list.replaceChildren(...groups.flatMap((group) => [
      group.label && el("p", { class: "hint" }, plain(group.label)),
      ...group.options.map((option) => el("div", { role: "option", class: "option", "data-value": option.value, "aria-selected": String(chosen(option)), onclick: () => take(option) },
        el("span", {}, option.text?.type === "mrkdwn" ? mrkdwn(option.text.text) : plain(option.text)), option.description && el("small", {}, plain(option.description)))),
    ]).filter(Boolean));
    options().forEach((node, index) => { node.id = `${id}-${index}`; });
    if (!list.childElementCount) list.append(el("p", { class: "hint" }, "Nothing matches"));
    return move(Math.max(0, options().findIndex((node) => node.getAttribute("aria-selected") === "true")));
  };
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: -1 }[event.key];
    if (step !== undefined) { event.preventDefault(); move(step); }
    if (event.key === "Enter") { event.preventDefault(); options()[active]?.click(); }
  });
  input && input.addEventListener("input", refresh);
  menu.addEventListener("toggle", (event) => event.newState === "closed" && menu.remove());
  (anchor.closest("dialog") ?? document.body).append(menu);
  menu.showPopover();
  const box = anchor.getBoundingClientRect();
  const below = innerHeight - box.bottom > 300 || box.top < 300;
  Object.assign(menu.style, { left: `${Math.max(8, Math.min(box.left, innerWidth - 328))}px`, minWidth: `${Math.min(box.width, 320)}px` });
  Object.assign(menu.style, below ? { top: `${box.bottom + 4}px` } : { bottom: `${innerHeight - box.top + 4}px` });
  (input || list).focus();
  refresh();
}

// The offset of the reader's zone at an instant, to turn a wall time into seconds since 1970 and back.
const wall = (ms) => `${isoDay(ms)}T${clockTime(ms)}`;
function instant(text) {
  const guess = Date.parse(`${text}Z`);
  return guess - (Date.parse(`${wall(guess)}Z`) - guess);
}

const DATES = {
  datepicker: { input: "date", key: "selected_date", first: (e) => e.initial_date, read: (v) => v, show: (v) => v },
  timepicker: { input: "time", key: "selected_time", first: (e) => e.initial_time, read: (v) => v, show: (v) => v },
  datetimepicker: { input: "datetime-local", key: "selected_date_time", first: (e) => e.initial_date_time, read: (v) => instant(v) / 1000, show: (v) => wall(v * 1000) },
};
function dates(ctx, block, element) {
  const kind = DATES[element.type];
  if (!stored(ctx, block, element)) store(ctx, block, element, { [kind.key]: kind.first(element) ?? null });
  const held = stored(ctx, block, element)[kind.key];
  const node = el("input", {
    type: kind.input, class: "field short", ...hooks(block, element), value: held ? kind.show(held) : null, "aria-label": plain(element.placeholder) || kind.input,
    onchange: () => changed(ctx, block, element, { [kind.key]: node.value ? kind.read(node.value) : null }, node),
  });
  if (block.type === "input" || !element.placeholder) return node;
  return el("label", { class: "dated" }, plain(element.placeholder), node);
}

const INPUT_TYPES = { plain_text_input: "text", number_input: "number", email_text_input: "email", url_text_input: "url" };
function textInput(ctx, block, element) {
  if (!stored(ctx, block, element)) store(ctx, block, element, { value: element.initial_value ?? null });
  const long = element.multiline;
  const node = el(long ? "textarea" : "input", {
    class: "field", ...hooks(block, element), value: stored(ctx, block, element).value, placeholder: plain(element.placeholder) || null, rows: long ? 4 : null,
    type: long ? null : INPUT_TYPES[element.type], step: element.type === "number_input" ? (element.is_decimal_allowed ? "any" : "1") : null,
    min: element.min_value, max: element.max_value, minlength: element.min_length, maxlength: element.max_length, autofocus: element.focus_on_load,
    oninput: () => store(ctx, block, element, { value: node.value || null }),
    onkeydown: (event) => {
      if (event.key !== "Enter" || long || !block.dispatch_action) return;
      event.preventDefault();
      changed(ctx, block, element, { value: node.value || null }, node);
    },
  });
  return node;
}

function choices(ctx, block, element) {
  need(element.options?.length, `${element.type} needs options`);
  const radio = element.type === "radio_buttons";
  if (!stored(ctx, block, element)) {
    store(ctx, block, element, radio ? { selected_option: element.initial_option ?? null } : { selected_options: element.initial_options ?? [] });
  }
  const name = `${ctx.key}-${block.block_id}-${element.action_id}`;
  const held = [stored(ctx, block, element)[radio ? "selected_option" : "selected_options"] ?? []].flat();
  const group = el("div", { class: "choices", role: radio ? "radiogroup" : "group", ...hooks(block, element), onchange: () => {
    const picked = element.options.filter((_, index) => group.querySelectorAll("input")[index].checked);
    changed(ctx, block, element, radio ? { selected_option: picked[0] ?? null } : { selected_options: picked }, group);
  } });
  group.append(...element.options.map((option) => el("label", {},
    el("input", { type: radio ? "radio" : "checkbox", name, value: option.value, checked: held.some((other) => other.value === option.value) }),
    el("span", {}, textObject(option.text), option.description && el("small", {}, textObject(option.description))))));
  return group;
}

function feedback(ctx, block, element) {
  const one = (side, mark) => {
    need(side?.text, "feedback_buttons needs two buttons");
    const node = el("button", { type: "button", class: "button small", ...hooks(block, element), "aria-label": side.accessibility_label, "aria-pressed": "false", onclick: async () => {
      if (await act(ctx, block, element, { value: side.value }, node)) node.parentElement.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", String(b === node)));
    } }, `${mark} `, plain(side.text));
    return node;
  };
  return el("span", { class: "row" }, one(element.positive_button, "👍"), one(element.negative_button, "👎"));
}

function iconButton(ctx, block, element) {
  need(element.icon === "trash", `icon_button has the unknown icon ${element.icon}`);
  if (element.visible_to_user_ids && !element.visible_to_user_ids.includes(S.me.id)) return el("span", { hidden: true });
  const node = el("button", { type: "button", class: "button small", ...hooks(block, element), title: plain(element.text), "aria-label": element.accessibility_label ?? plain(element.text), onclick: () => act(ctx, block, element, { value: element.value }, node) }, "🗑 ", plain(element.text));
  return node;
}

function image(element) {
  const url = element.image_url ?? element.slack_file?.url;
  need(typeof element.alt_text === "string", "an image needs alt_text");
  need(url || element.slack_file?.id, "an image needs image_url or slack_file");
  return el("img", { src: url, alt: element.alt_text, title: element.alt_text, loading: "lazy" });
}

const ELEMENTS = {
  button, overflow, feedback_buttons: feedback, icon_button: iconButton,
  checkboxes: choices, radio_buttons: choices, image: (ctx, block, element) => image(element),
};
for (const type of Object.keys(DATES)) ELEMENTS[type] = dates;
for (const type of Object.keys(INPUT_TYPES)) ELEMENTS[type] = textInput;
for (const base of Object.keys(SELECTED)) ELEMENTS[`${base}_select`] = ELEMENTS[`multi_${base}_select`] = picker;

function interactive(ctx, block, element) {
  need(ELEMENTS[element?.type], `${block.type} has the unknown element ${element?.type}`);
  return ELEMENTS[element.type](ctx, block, element);
}

// ---------------------------------------------------------------- charts and tables

const tint = (index) => `var(--series-${(index % 6) + 1})`;
const figure = (value) => new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 }).format(value);
function niceStep(span) {
  const raw = span / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw);
}

function axisChart({ type, series, axis_config: axis = {} }, title) {
  need(series?.length && series.every((one) => one.data?.length), "a chart needs series with data");
  const categories = axis.categories ?? series[0].data.map((point) => point.label);
  const at = (one, label) => one.data.find((point) => point.label === label)?.value;
  need(series.every((one) => categories.every((label) => Number.isFinite(at(one, label)))), "every series needs a value for every category");
  const all = series.flatMap((one) => one.data.map((point) => point.value));
  const step = niceStep(Math.max(...all, 0) - Math.min(...all, 0) || 1);
  const top = Math.ceil(Math.max(...all, 0) / step) * step || step;
  const low = Math.floor(Math.min(...all, 0) / step) * step;
  const [width, height, left, right, up, down] = [560, 220, 46, 10, 18, axis.x_label ? 44 : 28];
  const slot = (width - left - right) / categories.length;
  const x = (index) => left + slot * (index + 0.5);
  const y = (value) => up + (height - up - down) * (1 - (value - low) / (top - low));
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: "plot", "aria-label": `${title}: ${series.map((one) => `${one.name} ${one.data.map((p) => `${p.label} ${figure(p.value)}`).join(", ")}`).join("; ")}` });
  const words = (text, attributes) => { const node = svg("text", attributes); node.textContent = text; return node; };
  for (let tick = low; tick <= top + step / 2; tick += step) {
    root.append(svg("line", { x1: left, x2: width - right, y1: y(tick), y2: y(tick), class: Math.abs(tick) < step / 2 ? "zero" : "grid" }), words(figure(tick), { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }));
  }
  const every = Math.ceil((Math.max(...categories.map((c) => c.length)) * 6.4 + 8) / slot);
  categories.forEach((label, index) => { if (index % every === 0) root.append(words(label, { x: x(index), y: height - down + 16, "text-anchor": "middle" })); });
  if (axis.x_label) root.append(words(axis.x_label, { x: (left + width) / 2, y: height - 6, "text-anchor": "middle", class: "axis" }));
  if (axis.y_label) root.append(words(axis.y_label, { x: 0, y: 10, class: "axis" }));
  series.forEach((one, s) => {
    const named = (node, label, value) => { const tip = svg("title"); tip.textContent = `${one.name}, ${label}: ${figure(value)}`; node.append(tip); return node; };
    const points = categories.map((label, index) => [x(index), y(at(one, label)), label, at(one, label)]);
    if (type === "bar") {
      const bar = Math.min((slot * 0.72) / series.length, 44);
      points.forEach(([px, py, label, value]) => {
        root.append(named(svg("rect", { x: px - (bar * series.length) / 2 + bar * s, y: Math.min(py, y(0)), width: Math.max(bar - 1.5, 1), height: Math.max(Math.abs(y(0) - py), 0.5), rx: 2, fill: tint(s) }), label, value));
        if (series.length === 1 && categories.length <= 10) root.append(words(figure(value), { x: px, y: Math.min(py, y(0)) - 5, "text-anchor": "middle", class: "value" }));
      });
      return;
    }
    const path = points.map(([px, py]) => `${px},${py}`).join(" ");
    if (type === "area") root.append(svg("polygon", { points: `${x(0)},${y(0)} ${path} ${x(categories.length - 1)},${y(0)}`, fill: tint(s), "fill-opacity": 0.22 }));
    root.append(svg("polyline", { points: path, fill: "none", stroke: tint(s), "stroke-width": 2, "stroke-linejoin": "round", "stroke-dasharray": ["none", "6 3", "2 3"][s % 3] }));
    points.forEach(([px, py, label, value]) => root.append(named(svg("circle", { cx: px, cy: py, r: 3.2, fill: tint(s) }), label, value)));
  });
  return [root, series.length > 1 && el("ul", { class: "legend" }, series.map((one, index) => el("li", {}, el("i", { style: `background:${tint(index)}` }), one.name)))];
}

function pieChart({ segments }, title) {
  need(segments?.length && segments.every((one) => one.value > 0), "a pie needs segments above zero");
  const total = segments.reduce((sum, one) => sum + one.value, 0);
  const root = svg("svg", { viewBox: "-52 -52 104 104", role: "img", class: "pie", "aria-label": `${title}: ${segments.map((one) => `${one.label} ${figure(one.value)}`).join(", ")}` });
  let from = 0;
  segments.forEach((one, index) => {
    const share = (one.value / total) * 2 * Math.PI * 38;
    root.append(svg("circle", { r: 38, fill: "none", stroke: tint(index), "stroke-width": 24, "stroke-dasharray": `${Math.max(share - 1, 0.5)} ${2 * Math.PI * 38}`, "stroke-dashoffset": -from, transform: "rotate(-90)" }));
    from += share;
  });
  const legend = segments.map((one, index) => el("li", {}, el("i", { style: `background:${tint(index)}` }), one.label, el("b", {}, `${figure(one.value)} (${Math.round((one.value / total) * 100)} %)`)));
  return el("div", { class: "pie-row" }, root, el("ul", { class: "legend column" }, legend));
}

function dataVisualization(ctx, block) {
  need(typeof block.title === "string" && block.chart, "data_visualization needs a title and a chart");
  need(["bar", "line", "area", "pie"].includes(block.chart.type), `data_visualization has the unknown chart ${block.chart.type}`);
  return el("figure", {}, el("figcaption", {}, block.title), block.chart.type === "pie" ? pieChart(block.chart, block.title) : axisChart(block.chart, block.title));
}

function cell(content) {
  if (content?.type === "raw_text") return content.text;
  if (content?.type === "raw_number") return content.text ?? figure(content.value);
  if (content?.type === "rich_text") return richText(content);
  throw new Invalid(`a table has the unknown cell ${content?.type}`);
}

function table(ctx, block) {
  need(block.rows?.length, "table needs rows");
  const row = (tag) => (cells) => el("tr", {}, cells.map((content, index) => {
    const setting = block.column_settings?.[index];
    return el(tag, { class: `${setting?.align ?? (content.type === "raw_number" ? "right" : "")} ${setting?.is_wrapped ? "" : "nowrap"}` }, cell(content));
  }));
  return el("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Table" }, el("table", {}, el("thead", {}, row("th")(block.rows[0])), el("tbody", {}, block.rows.slice(1).map(row("td")))));
}

const cellOrder = (content) => (content.type === "raw_number" ? content.value : content.type === "raw_text" ? content.text : el("i", {}, richText(content)).textContent);
function dataTable(ctx, block) {
  need(block.rows?.length > 1 && block.rows.every((row) => row.length === block.rows[0].length), "data_table needs a header and even rows");
  need(block.caption, "data_table needs a caption");
  const size = block.page_size ?? 5;
  const [head, ...rows] = block.rows;
  const numeric = head.map((_, index) => rows.every((row) => row[index].type === "raw_number"));
  let page = 0;
  let sort = { column: -1, down: false };
  const body = el("tbody");
  const heads = head.map((content, index) => el("th", { class: numeric[index] ? "right" : "", scope: "col" }, el("button", { type: "button", onclick: () => {
    sort = { column: index, down: sort.column === index ? !sort.down : numeric[index] };
    page = 0;
    draw();
  } }, cell(content), el("span", { "aria-hidden": "true" }))));
  const count = el("span");
  const turn = (by, label) => el("button", { type: "button", class: "button small", "aria-label": label, onclick: () => { page += by; draw(); } }, by < 0 ? "‹" : "›");
  const [back, on] = [turn(-1, "Previous rows"), turn(1, "Next rows")];
  function draw() {
    const sorted = [...rows];
    if (sort.column >= 0) {
      const compare = (a, b) => (typeof a === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true }));
      sorted.sort((a, b) => compare(cellOrder(a[sort.column]), cellOrder(b[sort.column])) * (sort.down ? -1 : 1));
    }
    heads.forEach((th, index) => {
      th.setAttribute("aria-sort", index === sort.column ? (sort.down ? "descending" : "ascending") : "none");
      th.querySelector("span").textContent = index === sort.column ? (sort.down ? " ↓" : " ↑") : "";
    });
    body.replaceChildren(...sorted.slice(page * size, (page + 1) * size).map((row) => el("tr", {}, row.map((content, index) => (
      el(index === (block.row_header_column_index ?? 0) ? "th" : "td", { class: numeric[index] ? "right" : "", scope: index === (block.row_header_column_index ?? 0) ? "row" : null }, cell(content)))))));
    count.textContent = `${page * size + 1} to ${Math.min((page + 1) * size, rows.length)} of ${rows.length}`;
    back.disabled = page === 0;
    on.disabled = (page + 1) * size >= rows.length;
  }
  draw();
  return el("div", { class: "data-table" },
    el("div", { class: "table-wrap" }, el("table", {}, el("caption", {}, block.caption), el("thead", {}, el("tr", {}, heads)), body)),
    rows.length > size && el("div", { class: "pager" }, back, count, on));
}

// ---------------------------------------------------------------- blocks

const TASK_STATES = { pending: ["○", "Pending"], in_progress: ["◐", "In progress"], complete: ["●", "Complete"], error: ["✕", "Failed"] };
function task(card) {
  need(card.title && card.task_id, "a task needs task_id and title");
  need(TASK_STATES[card.status], `a task has the unknown status ${card.status}`);
  const [mark, word] = TASK_STATES[card.status];
  return el("div", { class: `task ${card.status}` }, el("span", { class: "task-mark", "aria-hidden": "true" }, mark),
    el("div", {}, el("p", {}, plain(card.title), " ", el("small", {}, word)), card.details && richText(card.details), card.output && el("div", { class: "task-output" }, richText(card.output)),
      card.sources?.length && el("p", { class: "row" }, card.sources.map((source) => link(source.url, source.text)))));
}

function cardBlock(ctx, block) {
  need(block.hero_image || block.title || block.body || block.actions?.length, "card is empty");
  return el("div", { class: "card" }, block.hero_image && image(block.hero_image), el("div", { class: "row" }, block.icon && image(block.icon),
    el("div", {}, block.title && el("p", { class: "card-title" }, textObject(block.title)), block.subtitle && el("p", { class: "faint" }, textObject(block.subtitle)))),
  block.body && el("p", {}, textObject(block.body)), block.actions?.length && el("div", { class: "row" }, block.actions.map((one) => interactive(ctx, block, one))),
  block.subtext && el("p", { class: "faint" }, textObject(block.subtext)));
}

function container(ctx, block) {
  need(block.title || block.rich_text_title, "container needs a title");
  need(block.child_blocks?.length, "container needs child_blocks");
  const title = el("div", { class: "container-title" }, block.icon && image(block.icon), el("div", {}, block.rich_text_title ? richText(block.rich_text_title) : plain(block.title),
    block.subtitle && el("div", { class: "faint" }, textObject(block.subtitle))));
  const body = el("div", { class: "blocks" }, drawBlocks(ctx, block.child_blocks));
  if (!block.is_collapsible) return el("div", { class: `container ${block.has_header_divider ? "ruled" : ""}` }, title, body);
  return el("details", { class: "container", open: !block.default_collapsed }, el("summary", {}, title), body);
}

function section(ctx, block) {
  need(block.text || block.fields?.length, "section needs text or fields");
  const main = el("div", { class: "section-main" }, block.text && el("div", { class: "text" }, textObject(block.text)),
    block.fields?.length && el("div", { class: "fields" }, block.fields.map((field) => el("div", { class: "text" }, textObject(field, "field")))));
  return el("div", { class: "section" }, main, block.accessory && el("div", { class: "accessory" }, interactive(ctx, block, block.accessory)));
}

function inputBlock(ctx, block) {
  need(block.label?.text && block.element, "input needs a label and an element");
  const node = interactive(ctx, block, block.element);
  const id = `input-${ctx.key}-${block.block_id}`.replace(/[^\w-]/g, "-");
  const group = node.matches(".choices");
  node.id = id;
  if (group) node.setAttribute("aria-label", plain(block.label));
  node.setAttribute("aria-describedby", `${id}-note`);
  return el("div", { class: "input", "data-input": block.block_id }, el(group ? "p" : "label", { class: "label", for: group ? null : id }, plain(block.label), block.optional && el("span", { class: "faint" }, " (optional)")), node,
    el("p", { class: "faint", id: `${id}-note` }, block.hint ? plain(block.hint) : ""), el("p", { class: "error", role: "alert" }));
}

const LEVELS = { default: "Note", info: "Info", warning: "Warning", error: "Error", success: "Done" };
const BLOCKS = {
  section, container, table, data_table: dataTable, data_visualization: dataVisualization, input: inputBlock, card: cardBlock,
  header: (ctx, block) => { need(block.text?.type === "plain_text", "header needs a plain_text"); return el("h3", {}, plain(block.text)); },
  divider: () => el("hr"),
  context: (ctx, block) => el("div", { class: "context" }, block.elements.map((one) => (one.type === "image" ? image(one) : el("span", {}, textObject(one))))),
  actions: (ctx, block) => el("div", { class: "row actions" }, block.elements.map((one) => interactive(ctx, block, one))),
  context_actions: (ctx, block) => el("div", { class: "row" }, block.elements.map((one) => interactive(ctx, block, one))),
  image: (ctx, block) => el("figure", {}, block.title && el("figcaption", {}, plain(block.title)), image(block)),
  rich_text: (ctx, block) => el("div", { class: "text" }, richText(block)),
  markdown: (ctx, block) => { need(typeof block.text === "string", "markdown needs a text"); return markdown(block.text); },
  alert: (ctx, block) => { need((block.level ?? "default") in LEVELS, `alert has the unknown level ${block.level}`); return el("div", { class: `alert ${block.level ?? "default"}`, role: "note" }, el("b", {}, LEVELS[block.level ?? "default"]), " ", textObject(block.text)); },
  task_card: (ctx, block) => { need(block.status !== "pending", "a task_card that stands alone cannot be pending"); return task(block); },
  plan: (ctx, block) => { need(block.title && Array.isArray(block.tasks), "plan needs a title and tasks"); return el("div", { class: "plan" }, el("p", { class: "card-title" }, plain(block.title)), block.tasks.map(task)); },
  carousel: (ctx, block) => el("div", { class: "carousel", tabindex: "0" }, block.elements.map((one) => cardBlock(ctx, one))),
};
const MESSAGE = ["message"];
const SHOWN = ["message", "home"];
const SURFACES = { alert: ["modal"], markdown: MESSAGE, task_card: MESSAGE, plan: MESSAGE, context_actions: MESSAGE, table: SHOWN, data_table: SHOWN, data_visualization: SHOWN, card: SHOWN, carousel: SHOWN, container: SHOWN };

function invalidBox(why, block) {
  return el("div", { class: "invalid-block", role: "alert" }, el("b", {}, "Invalid block"), ` ${why}`, el("pre", { textContent: JSON.stringify(block, null, 1).slice(0, 1500) }));
}

function drawBlock(ctx, block, index) {
  const placed = block?.block_id ? block : { ...block, block_id: `b${index}` };
  try {
    need(BLOCKS[placed.type], `the type ${placed.type} is unknown`);
    need(!SURFACES[placed.type] || SURFACES[placed.type].includes(ctx.surface), `${placed.type} cannot stand in a ${ctx.surface}`);
    return el("div", { class: `block block-${placed.type}`, "data-block": placed.type }, BLOCKS[placed.type](ctx, placed));
  } catch (problem) {
    return invalidBox(problem instanceof Invalid ? problem.message : `${placed.type} is malformed (${problem.message})`, block);
  }
}
const drawBlocks = (ctx, blocks) => blocks.map((block, index) => drawBlock(ctx, block, index));

// ---------------------------------------------------------------- dialogs

function ask(confirm) {
  const dialog = $("confirm");
  return new Promise((resolve) => {
    const done = (answer) => { dialog.close(); resolve(answer); };
    dialog.oncancel = () => resolve(false);
    dialog.replaceChildren(el("h2", { id: "confirm-title" }, plain(confirm.title)), el("div", { class: "text" }, textObject(confirm.text)), el("footer", {},
      el("button", { type: "button", class: "button", "data-testid": "confirm-deny", autofocus: confirm.style === "danger", onclick: () => done(false) }, plain(confirm.deny)),
      el("button", { type: "button", class: `button ${confirm.style === "danger" ? "danger solid" : "primary"}`, "data-testid": "confirm-ok", autofocus: confirm.style !== "danger", onclick: () => done(true) }, plain(confirm.confirm))));
    dialog.showModal();
  });
}

function drawModal() {
  const dialog = $("modal");
  const view = S.views.at(-1);
  if (!view) { if (dialog.open) dialog.close(); return; }
  const again = dialog.dataset.view === view.id && dialog.open;
  const focused = again ? document.activeElement?.id : "";
  const ctx = { surface: "modal", key: view.id, where: { view_id: view.id } };
  const close = () => closeView(view.id);
  const form = el("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); submitView(view, form); } },
    el("header", {}, S.views.length > 1 && el("button", { type: "button", class: "quiet icon", "aria-label": "Back", onclick: close }, "‹"), el("h2", { id: "modal-title" }, plain(view.title)),
      el("button", { type: "button", class: "quiet icon", "aria-label": "Close", "data-testid": "modal-x", onclick: close }, "✕")),
    el("div", { class: "blocks scroll" }, drawBlocks(ctx, view.blocks ?? []), el("p", { class: "error", role: "alert", "data-testid": "modal-error" })),
    el("footer", {}, el("button", { type: "button", class: "button", "data-testid": "modal-close", onclick: close }, view.close ? plain(view.close) : "Cancel"),
      view.submit && el("button", { type: "submit", class: "button primary", "data-testid": "modal-submit" }, plain(view.submit))));
  dialog.dataset.view = view.id;
  dialog.oncancel = (event) => { event.preventDefault(); close(); };
  dialog.replaceChildren(form);
  if (!dialog.open) dialog.showModal();
  if (focused) $(focused)?.focus();
  else if (!again) form.querySelector("[autofocus], .blocks .field, .blocks button")?.focus();
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

const isEmpty = (value) => !value || Object.entries(value).every(([key, held]) => key === "type" || held === null || held === undefined || held.length === 0);
function missing(view) {
  const held = S.values.get(view.id) ?? {};
  return Object.fromEntries((view.blocks ?? []).filter((block) => block.type === "input" && !block.optional && isEmpty(held[block.block_id]?.[block.element.action_id]))
    .map((block) => [block.block_id, "Please fill this in"]));
}

async function submitView(view, form) {
  const errors = missing(view);
  if (Object.keys(errors).length) return showErrors(form, errors);
  const send = form.querySelector("[type=submit]");
  if (!send || send.disabled) return undefined;
  send.disabled = true;
  const present = new Set((view.blocks ?? []).map((block) => block.block_id));
  const values = Object.fromEntries(Object.entries(S.values.get(view.id) ?? {}).filter(([id]) => present.has(id)));
  const answer = await post("/ui/submit", { view_id: view.id, values });
  send.disabled = false;
  if (answer.ok) return undefined;
  return showErrors(form, answer.errors ?? {}, answer.errors ? "" : `Not sent: ${answer.error ?? "no answer"}. Try again.`);
}

function showErrors(form, errors, general = "") {
  form.querySelectorAll("[data-input]").forEach((node) => {
    const text = errors[node.dataset.input] ?? "";
    node.classList.toggle("wrong", Boolean(text));
    node.querySelector(".error").textContent = text;
  });
  form.querySelector("[data-testid=modal-error]").textContent = general;
  form.querySelector(".wrong .field, .wrong button")?.focus();
}

// ---------------------------------------------------------------- messages

const tsMs = (message) => Number(message.ts.replace(/^local-/, "")) * 1000;
const isReply = (message) => Boolean(message.thread_ts && message.thread_ts !== message.ts);
const inChannel = (message) => !isReply(message) || Boolean(message.reply_broadcast);
function listOf(channel) {
  if (!S.messages.has(channel)) S.messages.set(channel, new Map());
  return S.messages.get(channel);
}
const sorted = (channel) => [...listOf(channel).values()].sort((a, b) => tsMs(a) - tsMs(b));
const repliesTo = (channel, ts) => sorted(channel).filter((message) => isReply(message) && message.thread_ts === ts);
const replyCount = (message) => Math.max(repliesTo(message.channel, message.ts).filter((reply) => !reply.ephemeral).length, message.reply_count ?? 0);

function avatar(id) {
  if (isBot(id) && id !== "USLACKBOT") return svgAvatar();
  const initials = nameOf(id).split(/[\s.-]+/).map((word) => word[0]).join("").slice(0, 2).toUpperCase();
  const hue = id === "USLACKBOT" ? 0 : S.users.findIndex((user) => user.id === id) % 5 + 1;
  return el("span", { class: `avatar tone-${hue}`, "aria-hidden": "true" }, initials);
}
function svgAvatar() {
  return el("span", { class: "avatar", "aria-hidden": "true" }, svg("svg", { viewBox: "0 0 24 24" }, svg("use", { href: "#keeper" })));
}

function drawMessage(message, inThread) {
  const ctx = { surface: "message", key: `${message.channel}/${message.ts}`, where: { channel: message.channel, message_ts: message.ts } };
  const count = replyCount(message);
  const whole = message.blocks?.length ? drawBlocks(ctx, message.blocks) : [el("div", { class: "text" }, mrkdwn(message.text ?? ""))];
  if (message.invalid) whole.push(invalidBox(message.invalid.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("; "), message.rejected));
  return el("article", {
    class: `message ${message.ephemeral ? "ephemeral" : ""} ${message.failed ? "failed" : ""}`, "data-ts": message.ts, "data-user": message.user,
    "data-ephemeral": message.ephemeral ? "true" : null, "data-testid": message.failed ? "failed-notice" : "message",
  }, avatar(message.user), el("div", { class: "message-body" },
    message.ephemeral && el("p", { class: "only-you" }, "Only visible to you"),
    el("p", { class: "byline" }, el("b", {}, nameOf(message.user)), isBot(message.user) && el("span", { class: "tag" }, "app"), el("time", { title: fullTime(tsMs(message)) }, clockTime(tsMs(message)))),
    el("div", { class: "blocks" }, whole), message.edited && el("span", { class: "edited", title: "This message was changed in place" }, "(edited)"),
    message.reactions?.length && el("div", { class: "row" }, message.reactions.map((one) => el("span", { class: "reaction" }, `${EMOJI[one.name] ?? `:${one.name}:`} ${one.count ?? one.users?.length ?? 1}`))),
    !inThread && !message.ephemeral && !message.failed && el("button", { type: "button", class: `quiet thread-link ${count ? "has" : ""}`, "data-testid": "open-thread", onclick: () => openThread(message) },
      count ? `${count} ${count === 1 ? "reply" : "replies"}` : "Reply in thread")));
}

const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 60;
const toEnd = (box) => { box.scrollTop = box.scrollHeight; };

function fill(box, messages, inThread) {
  let day = "";
  box.replaceChildren(...messages.flatMap((message) => {
    const before = day;
    day = isoDay(tsMs(message));
    const line = day !== before && !inThread && el("p", { class: "day" }, el("span", {}, nearDay(tsMs(message), longDay(tsMs(message)))));
    return [line, drawMessage(message, inThread)].filter(Boolean);
  }));
  toEnd(box);
}

function drawChannel() {
  const channel = channelOf(S.channel);
  if (!channel) return;
  const withBot = channel.kind === "dm" && channel.members.includes(S.bot.id);
  $("chat-name").textContent = channelTitle(channel);
  $("chat-about").textContent = channel.kind === "dm" ? "Only you and the app read this" : `${channel.members.length} members`;
  $("tabs").hidden = !withBot;
  if (!withBot) S.tab = "messages";
  $("tabs").querySelectorAll("button").forEach((node) => node.setAttribute("aria-pressed", String(node.dataset.tab === S.tab)));
  $("messages").hidden = $("composer").hidden = S.tab !== "messages";
  $("home").hidden = S.tab !== "home";
  const shown = sorted(S.channel).filter(inChannel);
  fill($("messages"), shown, false);
  if (!shown.length) $("messages").append(el("p", { class: "blank" }, `Nothing here yet. Try ${S.commands[0]?.command ?? "/pod"} help.`));
  $("jump").hidden = true;
  drawHome();
}

function drawHome() {
  const ctx = { surface: "home", key: S.home?.id ?? "home", where: { view_id: S.home?.id } };
  $("home").replaceChildren(el("div", { class: "blocks" }, S.home ? drawBlocks(ctx, S.home.blocks ?? []) : el("p", { class: "blank" }, "The app has not published its Home yet.")));
}

// Puts one message where it belongs without drawing the others again.
function place(box, message, inThread, fresh) {
  const old = box.querySelector(`[data-ts="${CSS.escape(message.ts)}"]`);
  const stay = !atEnd(box);
  if (old) {
    const focused = old.contains(document.activeElement) ? document.activeElement.dataset.actionId : null;
    const folds = [...old.querySelectorAll("details")].map((fold) => fold.open);
    const node = drawMessage(message, inThread);
    node.querySelectorAll("details").forEach((fold, index) => { fold.open = folds[index] ?? fold.open; });
    if (!fresh) node.classList.add("renewed");
    old.replaceWith(node);
    if (focused) node.querySelector(`[data-action-id="${CSS.escape(focused)}"]`)?.focus();
  } else {
    const list = inThread ? [listOf(message.channel).get(message.thread_ts), ...repliesTo(message.channel, message.thread_ts)].filter(Boolean) : sorted(message.channel).filter(inChannel);
    const last = list.at(-1) === message;
    const earlier = list.at(-2);
    if (!last || !earlier || isoDay(tsMs(earlier)) !== isoDay(tsMs(message))) {
      const top = box.scrollTop;
      fill(box, list, inThread);
      if (stay) box.scrollTop = top;
    } else box.append(drawMessage(message, inThread));
    if (stay && box === $("messages") && message.user !== S.me.id) $("jump").hidden = false;
  }
  if (!stay || message.user === S.me.id) toEnd(box);
}

function drawThread() {
  const root = S.thread && listOf(S.channel).get(S.thread);
  $("thread").hidden = !root;
  $("app").classList.toggle("with-thread", Boolean(root));
  if (!root) return;
  $("thread-about").textContent = channelTitle(channelOf(S.channel));
  fill($("replies"), [root, ...repliesTo(S.channel, S.thread)], true);
}
function openThread(message) {
  S.thread = message.ts;
  drawThread();
  $("thread-composer").querySelector("textarea").focus();
}

function announce(message) {
  const where = message.channel === S.channel ? "" : ` in ${channelTitle(channelOf(message.channel))}`;
  const copy = el("p", { textContent: "" }, mrkdwn(message.text ?? ""));
  $("live").replaceChildren(el("p", { textContent: `${nameOf(message.user)}${where}: ${copy.textContent.slice(0, 300)}` }));
}

function keepEphemeral(message, gone) {
  const held = S.ephemerals.get(S.me.id) ?? new Map();
  S.ephemerals.set(S.me.id, held);
  if (gone) held.delete(message.ts);
  else if (message.ephemeral || message.failed || message.invalid) held.set(message.ts, message);
}

function take(message, isNew) {
  if (!channelOf(message.channel)) return;
  const known = listOf(message.channel).get(message.ts);
  listOf(message.channel).set(message.ts, message);
  keepEphemeral(message, false);
  if (message.channel === S.channel) {
    if (inChannel(message)) place($("messages"), message, false, !known);
    else refreshRoot(message);
    if (S.thread && (message.thread_ts === S.thread || message.ts === S.thread)) place($("replies"), message, true, !known);
    $("messages").querySelector(".blank")?.remove();
  }
  if (isNew && !known && message.user !== S.me.id) {
    announce(message);
    if (message.channel !== S.channel || S.tab !== "messages") S.unread.set(message.channel, (S.unread.get(message.channel) ?? 0) + 1);
    drawSidebar();
  }
}
function refreshRoot(reply) {
  const root = listOf(reply.channel).get(reply.thread_ts);
  if (root) place($("messages"), root, false, true);
}

function drop(channel, ts) {
  const message = listOf(channel).get(ts);
  if (!message) return;
  listOf(channel).delete(ts);
  keepEphemeral(message, true);
  if (channel !== S.channel) return;
  document.querySelectorAll(`.message[data-ts="${CSS.escape(ts)}"]`).forEach((node) => node.remove());
  if (isReply(message)) refreshRoot(message);
  if (S.thread === ts) { S.thread = null; drawThread(); }
}

let notices = 0;
function notice(channel, fields) {
  const ts = `local-${(now() / 1000 + (notices += 1) / 1e6).toFixed(6)}`;
  take({ channel: channel ?? S.channel, ts, thread_ts: null, user: "USLACKBOT", text: "", blocks: [], ...fields }, true);
}
const failure = (channel, text) => notice(channel, { text, failed: true, ephemeral: true });

// ---------------------------------------------------------------- sidebar

function channelTitle(channel) {
  if (channel.kind !== "dm") return `#${channel.name}`;
  const other = channel.members.find((id) => id !== S.me.id);
  return other ? nameOf(other) : channel.name;
}

function drawSidebar() {
  const item = (channel) => {
    const unread = S.unread.get(channel.id) ?? 0;
    return el("li", {}, el("button", { type: "button", class: `channel ${unread ? "unread" : ""}`, "data-channel": channel.id, "aria-current": channel.id === S.channel ? "page" : null, onclick: () => openChannel(channel.id) },
      el("span", { class: "channel-mark", "aria-hidden": "true" }, channel.kind === "dm" ? "●" : "#"), el("span", { class: "channel-name" }, channelTitle(channel).replace(/^#/, "")), unread > 0 && el("span", { class: "count", "aria-label": `${unread} unread`, textContent: unread })));
  };
  $("channels").replaceChildren(...S.channels.filter((channel) => channel.kind !== "dm").map(item));
  $("dms").replaceChildren(...S.channels.filter((channel) => channel.kind === "dm").map(item));
  $("people").replaceChildren(...S.users.map((user) => el("button", { type: "button", class: "person", "data-user": user.id, "aria-pressed": String(user.id === S.me.id), onclick: () => become(user.id) },
    avatar(user.id), el("span", {}, user.real_name ?? user.name, el("small", {}, user.role_hint ?? "")))));
}

function openChannel(id) {
  if (!channelOf(id)) return;
  S.channel = id;
  S.thread = null;
  S.unread.delete(id);
  $("app").classList.remove("with-account");
  remember();
  drawSidebar();
  drawChannel();
  drawThread();
  $("composer").restart();
}

function remember() {
  history.replaceState(null, "", `?${new URLSearchParams({ user: S.me.id, channel: S.channel })}`);
}

$("tabs").addEventListener("click", (event) => {
  const { tab } = event.target.dataset;
  if (!tab) return;
  S.tab = tab;
  if (tab === "home") post("/ui/home", {});
  drawChannel();
});
$("jump").addEventListener("click", () => toEnd($("messages")));
$("messages").addEventListener("scroll", () => { if (atEnd($("messages"))) $("jump").hidden = true; });
$("thread-close").addEventListener("click", () => { S.thread = null; drawThread(); });

// ---------------------------------------------------------------- composer

const commandOf = (text) => S.commands.find((one) => text === one.command || text.startsWith(`${one.command} `));
function completions(text, caret) {
  const typed = text.slice(0, caret);
  const slash = /^\/\S*$/.exec(typed);
  if (slash) return { from: 0, items: S.commands.filter((one) => one.command.startsWith(slash[0])).map((one) => ({ insert: `${one.command} `, label: one.command, usage: one.usage_hint, detail: one.description })) };
  const word = /(^|[\s(])([@#])([\w.-]*)$/.exec(typed);
  if (!word) return null;
  const names = word[2] === "@" ? [{ name: S.bot.name, detail: "app" }, ...S.users.map((user) => ({ name: user.name, detail: user.real_name }))]
    : S.channels.filter((channel) => channel.kind === "channel").map((channel) => ({ name: channel.name, detail: "" }));
  const fits = ({ name, detail }) => `${name} ${detail}`.toLowerCase().split(/\s/).some((part) => part.startsWith(word[3].toLowerCase()));
  return { from: caret - word[3].length - 1, items: names.filter(fits).slice(0, 8).map(({ name, detail }) => ({ insert: `${word[2]}${name} `, label: `${word[2]}${name}`, detail })) };
}

function makeComposer(form, { inThread }) {
  const prefix = inThread ? "thread-" : "";
  const input = el("textarea", { id: `${prefix}composer-input`, rows: 1, "data-testid": `${prefix}composer`, role: "combobox", "aria-label": inThread ? "Reply" : "Message", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${prefix}completions`, placeholder: inThread ? "Reply" : "" });
  const list = el("div", { class: "completions", role: "listbox", id: `${prefix}completions`, "aria-label": "Completions", "data-testid": `${prefix}completions`, hidden: true });
  const usage = el("p", { class: "usage", "data-testid": `${prefix}usage-hint`, "aria-live": "polite", hidden: true });
  const send = el("button", { type: "submit", class: "button primary", "data-testid": `${prefix}send`, disabled: true }, "Send");
  let offered = null;
  let active = 0;
  const past = [];
  const close = () => { offered = null; list.hidden = true; list.replaceChildren(); input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const mark = (to) => {
    active = (to + offered.items.length) % offered.items.length;
    [...list.children].forEach((node, index) => node.setAttribute("aria-selected", String(index === active)));
    input.setAttribute("aria-activedescendant", list.children[active].id);
  };
  const complete = (item) => {
    input.setRangeText(item.insert, offered.from, input.selectionStart, "end");
    close();
    input.focus();
    refresh();
  };
  const refresh = () => {
    send.disabled = !input.value.trim();
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 160)}px`;
    const command = commandOf(input.value);
    usage.hidden = !command;
    usage.replaceChildren(...(command ? [el("code", {}, command.command), " ", el("span", {}, command.usage_hint ?? ""), el("span", { class: "faint" }, ` ${command.description ?? ""}`)] : []));
    offered = completions(input.value, input.selectionStart);
    if (!offered?.items.length) return close();
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    list.replaceChildren(...offered.items.map((item, index) => el("div", { role: "option", class: "option", id: `${prefix}completion-${index}`, onmousedown: (event) => { event.preventDefault(); complete(item); } },
      el("b", {}, item.label), item.usage && el("code", {}, item.usage), el("small", {}, item.detail ?? ""))));
    return mark(0);
  };
  const submit = () => {
    const text = input.value.trim();
    if (!text) return;
    past.unshift(text);
    input.value = "";
    refresh();
    speak(text, inThread ? S.thread : null);
  };
  input.addEventListener("input", refresh);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (offered && step) { event.preventDefault(); mark(active + step); return; }
    const whole = offered?.from === 0 && commandOf(input.value.trim());
    if (offered && (event.key === "Tab" || (event.key === "Enter" && !whole))) { event.preventDefault(); complete(offered.items[active]); return; }
    if (offered && event.key === "Escape") { event.preventDefault(); close(); return; }
    if (event.key === "ArrowUp" && !input.value && past.length) { event.preventDefault(); [input.value] = past; refresh(); return; }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  form.replaceChildren(list, usage, el("div", { class: "composer-row" }, input, send));
  form.restart = () => { input.placeholder = inThread ? "Reply" : `Message ${channelTitle(channelOf(S.channel))}, or / for a command`; close(); };
}

async function speak(text, thread) {
  const { channel } = S;
  if (!text.startsWith("/")) {
    const answer = await post("/ui/message", { channel, text, ...(thread ? { thread_ts: thread } : {}) });
    if (answer.ok === false) failure(channel, `Your message was not sent: ${answer.error}`);
    return;
  }
  const command = commandOf(text);
  if (thread) return failure(channel, `${text.split(/\s/)[0]} cannot be used in a thread. Type it in the channel, or mention @${S.bot.name} here.`);
  if (!command) return failure(channel, `${text.split(/\s/)[0]} is not a command here. Try ${S.commands[0]?.command ?? "/pod"} help.`);
  const answer = await post("/ui/command", { channel, text });
  if (!answer.ok && answer.error !== "dispatch_failed") failure(channel, `${command.command} failed with the error "${answer.error}"`);
}

// ---------------------------------------------------------------- events

const EVENTS = {
  message: (event) => take(event.message, true),
  changed: (event) => take(event.message, false),
  deleted: (event) => drop(event.channel, event.ts),
  view: ({ view }) => {
    S.views = S.views.some((one) => one.id === view.id) ? S.views.map((one) => (one.id === view.id ? view : one)) : [...S.views, view];
    drawModal();
  },
  view_closed: (event) => removeView(event.view_id),
  home: (event) => { S.home = event.view; drawHome(); },
  failed: (event) => failure(event.channel, event.text),
  invalid: (event) => notice(event.channel, { user: S.bot.id, text: "Slack would refuse this message.", blocks: [], invalid: event.errors ?? [], rejected: event.blocks, ephemeral: false }),
};

async function load(user, channel) {
  const { status, data } = await call("GET", `/ui/state${user ? `?user=${encodeURIComponent(user)}` : ""}`);
  if (status !== 200) return false;
  Object.assign(S, { me: data.me, users: data.users, channels: data.channels, commands: data.commands ?? [], usergroups: data.usergroups ?? [], bot: data.bot, home: data.home, views: data.views ?? [] });
  if (!R.state) hear(data.now_ms);
  S.messages = new Map(Object.entries(data.messages).map(([id, list]) => [id, new Map(list.map((message) => [message.ts, message]))]));
  for (const message of S.ephemerals.get(S.me.id)?.values() ?? []) listOf(message.channel).set(message.ts, message);
  const wanted = [channel, S.channel].find((id) => id && channelOf(id));
  S.channel = wanted ?? S.channels.find((one) => one.kind !== "dm")?.id ?? S.channels[0]?.id;
  return true;
}

async function readAll(user, channel) {
  if (!(await load(user, channel))) return false;
  S.unread.delete(S.channel);
  remember();
  drawSidebar();
  drawChannel();
  drawThread();
  drawModal();
  $("composer").restart();
  drawAccount();
  S.loaded = true;
  S.waiting.splice(0).forEach((event) => EVENTS[event.type]?.(event));
  return true;
}

// Listens first and reads the state after, so that nothing falls between; a reconnect reads the state again.
function listen(user, channel) {
  S.events?.close();
  S.loaded = false;
  S.waiting = [];
  const events = new EventSource(`/ui/events?user=${encodeURIComponent(user)}`);
  S.events = events;
  events.onopen = async () => {
    S.loaded = false;
    const good = S.events === events && (await readAll(user, channel));
    $("banner").hidden = good;
  };
  events.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (S.loaded) EVENTS[event.type]?.(event);
    else S.waiting.push(event);
  };
  events.onerror = () => {
    if (S.events !== events) return;
    $("banner").hidden = false;
    if (events.readyState === EventSource.CLOSED) setTimeout(() => S.events === events && listen(user, S.channel), 1500);
  };
}

function become(user) {
  S.thread = null;
  S.values.clear();
  S.unread.clear();
  S.views = [];
  drawModal();
  listen(user, S.channel);
}

// ---------------------------------------------------------------- the RunPod account

const R = { state: null, cards: new Map(), kinds: [] };
const control = (method, path, body) => call(method, `/runpod/control/${path}`, body);
const dollars = (value) => `$${Number(value).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

function span(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor((seconds % 86400) / 3600), Math.floor((seconds % 3600) / 60)];
  if (days) return `${days} d ${hours} h`;
  return hours ? `${hours} h ${minutes} min` : `${minutes} min`;
}

const TONES = { RUNNING: "running", EXITED: "stopped", TERMINATED: "gone", ERROR: "lost" }; // any other status is on its way
const CONSOLE = [["stop", "Stop", "running moving"], ["start", "Start", "stopped lost"], ["kill", "Kill host", "running moving"], ["busy", "Busy", "running"],
  ["idle", "Idle", "running"], ["terminate", "Terminate", "running moving stopped lost"]];

function podCard(id) {
  const part = (name, tag = "span") => el(tag, { class: `pod-${name}` });
  const parts = Object.fromEntries(["state", "name", "id", "cost", "facts", "story", "util", "lock"].map((name) => [name, part(name)]));
  const bar = el("span", { class: "util-fill" });
  const meter = el("span", { class: "util-bar", role: "meter", "aria-label": "GPU use", "aria-valuemin": "0", "aria-valuemax": "100" }, bar);
  const buttons = CONSOLE.map(([what, label, when]) => {
    return el("button", { type: "button", class: "quiet", "data-do": what, "data-when": when, onclick: async () => {
      if (what === "terminate" && !(await ask({ title: "Terminate in the console?", text: { type: "plain_text", text: `${parts.name.textContent} (${id}) and its disks are gone for good.`, emoji: false }, confirm: "Terminate", deny: "Cancel", style: "danger" }))) return;
      const answer = await control("POST", `pods/${encodeURIComponent(id)}/do`, { what });
      if (answer.status >= 400 || answer.status === 0) toast(`${label} was not done: ${answer.data?.error ?? answer.data?.detail ?? answer.status}`);
    } }, label);
  });
  const card = el("article", { class: "pod", "data-pod": id }, el("p", { class: "pod-top" }, parts.state, parts.name, parts.lock, parts.cost), el("p", { class: "pod-line" }, parts.id, parts.facts),
    el("p", { class: "pod-line pod-use" }, meter, parts.util), parts.story, el("p", { class: "pod-do", role: "group", "aria-label": "In RunPod's console" }, buttons));
  card.draw = (pod) => {
    const tone = TONES[pod.status] ?? "moving";
    card.className = `pod ${tone}`;
    card.dataset.status = pod.status;
    parts.state.textContent = pod.status;
    parts.name.textContent = parts.name.title = pod.name;
    parts.id.textContent = pod.id;
    parts.lock.textContent = pod.locked ? "locked" : "";
    parts.cost.textContent = pod.cost_per_hour > 0 ? `${dollars(pod.cost_per_hour)}/h` : "";
    parts.facts.textContent = [`${pod.gpu_count > 1 ? `${pod.gpu_count} × ` : ""}${pod.gpu ?? "CPU only"}`, pod.data_center, pod.uptime_s === null || tone !== "running" ? null : `up ${span(pod.uptime_s)}`].filter(Boolean).join(" · ");
    const util = pod.gpu_util;
    bar.style.width = `${util ?? 0}%`;
    meter.classList.toggle("unknown", util === null || util === undefined);
    meter.setAttribute("aria-valuenow", util ?? 0);
    parts.util.textContent = util === null || util === undefined ? "no telemetry" : `GPU ${util} %${pod.cpu_util === null || pod.cpu_util === undefined ? "" : `, CPU ${pod.cpu_util} %`}`;
    meter.parentElement.hidden = tone !== "running";
    parts.story.textContent = pod.story ?? "";
    parts.story.hidden = !pod.story;
    buttons.forEach((node) => { node.hidden = !node.dataset.when.split(" ").includes(tone); });
  };
  return card;
}

function drawAccount() {
  const { state } = R;
  if (!state) return;
  const { burn_per_hour: burn, balance, email } = state.account;
  $("account-about").textContent = email ?? "";
  $("burn").textContent = `${dollars(burn)}/h`;
  $("balance").textContent = dollars(balance);
  $("runway").textContent = burn > 0 ? span((balance / burn) * 3600) : "as is";
  const { paused, speed } = state.clock;
  $("clock-pause").textContent = paused ? "Run" : "Pause";
  $("clock-pause").setAttribute("aria-pressed", String(paused));
  $("clock-x1").setAttribute("aria-pressed", String(!paused && speed === 1));
  $("clock-x60").setAttribute("aria-pressed", String(!paused && speed === 60));
  const ids = new Set(state.pods.map((pod) => pod.id));
  for (const [id, card] of R.cards) if (!ids.has(id)) { card.remove(); R.cards.delete(id); }
  state.pods.forEach((pod, index) => {
    if (!R.cards.has(pod.id)) R.cards.set(pod.id, podCard(pod.id));
    const card = R.cards.get(pod.id);
    card.draw(pod);
    if ($("pods").children[index] !== card) $("pods").insertBefore(card, $("pods").children[index] ?? null);
  });
  drawFaults(state.faults);
}

function drawFaults(faults) {
  const shown = JSON.stringify(faults);
  if (shown === $("faults").dataset.shown) return;
  $("faults").dataset.shown = shown;
  const clear = (id, label, text) => el("button", { type: "button", class: "quiet", "data-fault": id || "all", "aria-label": label, onclick: () => control("DELETE", id ? `faults/${encodeURIComponent(id)}` : "faults") }, text);
  $("faults").replaceChildren(...faults.map((fault) => el("li", { "data-kind": fault.kind }, el("span", {}, fault.text || fault.kind), clear(fault.id, `Mend: ${fault.text}`, "Mend"))),
    ...(faults.length > 1 ? [el("li", {}, el("span"), clear("", "Mend everything", "Mend all"))] : []));
}

function heardAccount(state) {
  R.state = state;
  hear(state.clock.now_ms, state.clock.paused ? 0 : state.clock.speed);
  if (S.me) drawAccount();
}

async function openAccount() {
  const { status, data } = await control("GET", "state");
  if (status !== 200 || !data) return;
  heardAccount(data);
  $("account").hidden = $("account-open").hidden = false;
  $("app").classList.add("has-account");
  R.kinds = (await control("GET", "fault-kinds")).data ?? [];
  $("fault-kinds").replaceChildren(...R.kinds.map(({ kind, label, help }) => el("button", { type: "button", class: "button small", "data-fault-kind": kind, title: help, onclick: () => control("POST", "faults", { kind }) }, label)));
  const events = new EventSource("/runpod/control/events");
  events.onmessage = (event) => heardAccount(JSON.parse(event.data));
  events.onerror = () => { if (events.readyState === EventSource.CLOSED) { events.close(); setTimeout(openAccount, 3000); } };
}

function tick() {
  if (S.me && R.state) {
    const ms = now();
    $("clock-now").replaceChildren(el("b", {}, local(ms, { timeStyle: "medium" })), ` ${local(ms, { weekday: "short", day: "numeric", month: "short" })}`);
  }
}

const setClock = (body) => control("POST", "clock", body);
$("clock-pause").addEventListener("click", () => setClock({ paused: !R.state.clock.paused }));
$("clock-x1").addEventListener("click", () => setClock({ speed: 1, paused: false }));
$("clock-x60").addEventListener("click", () => setClock({ speed: 60, paused: false }));
$("clock-hour").addEventListener("click", async () => {
  $("clock-hour").disabled = true;
  await control("POST", "clock/advance", { seconds: 3600 });
  $("clock-hour").disabled = false;
});
$("account-open").addEventListener("click", () => { $("app").classList.add("with-account"); $("account-close").focus(); });
$("account-close").addEventListener("click", () => { $("app").classList.remove("with-account"); $("account-open").focus(); });
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open], .menu")) {
    if ($("app").classList.contains("with-account")) $("account-close").click();
    else if (S.thread) $("thread-close").click();
  }
});

// ---------------------------------------------------------------- start

async function start() {
  const asked = new URLSearchParams(location.search);
  makeComposer($("composer"), { inThread: false });
  makeComposer($("thread-composer"), { inThread: true });
  setInterval(tick, 250);
  while (!(await load(asked.get("user"), asked.get("channel")))) {
    $("banner").hidden = false;
    asked.delete("user");
    await new Promise((resolve) => { setTimeout(resolve, 1500); });
  }
  listen(S.me.id, S.channel);
  await openAccount();
}

start();
