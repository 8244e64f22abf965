// The resources that the page loads: style, script and icon.

#include "verb/serve/page.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace img {

namespace {

constexpr std::string_view style = R"css(:root {
  color-scheme: light dark;
  --ground: #f4f5f7;
  --card: #ffffff;
  --line: #dfe3e8;
  --text: #1b2129;
  --soft: #5b6673;
  --link: #0b5cad;
  --warn-text: #7a3b00;
  --warn-ground: #fff1dc;
  --void: #e6e9ed;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101418;
    --card: #181e24;
    --line: #2a323b;
    --text: #e7ebef;
    --soft: #9aa6b2;
    --link: #79b8ff;
    --warn-text: #ffcf91;
    --warn-ground: #3a2a12;
    --void: #222a32;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  padding: 1.25rem clamp(0.75rem, 3vw, 2.5rem) 2.5rem;
  background: var(--ground);
  color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
body > header, main { max-width: 100rem; margin: 0 auto; }
body > header {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: space-between;
  gap: 0.5rem 1.5rem;
  min-height: 2.5rem;
  margin-bottom: 1rem;
}
h1 { margin: 0; font-size: 1.5rem; font-weight: 650; letter-spacing: -0.01em; }
h2 {
  margin: 0;
  font-size: 1.0625rem;
  font-weight: 600;
  overflow-wrap: anywhere;
}
p { margin: 0; }
a { color: var(--link); }
#status:not(:empty) {
  padding: 0.25rem 0.75rem;
  border-radius: 0.5rem;
  background: var(--warn-ground);
  color: var(--warn-text);
  font-size: 0.9375rem;
}
main { display: grid; gap: 1.25rem; align-items: start; }
main.many { grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); }
.camera {
  overflow: hidden;
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  background: var(--card);
  box-shadow: 0 1px 3px rgb(0 0 0 / 0.06);
}
.caption {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  justify-content: space-between;
  gap: 0 1rem;
  padding: 0.625rem 1rem;
}
.age { color: var(--soft); font-size: 0.9375rem; font-variant-numeric: tabular-nums; }
.age.old { color: var(--warn-text); font-weight: 600; }
.camera img {
  display: block;
  width: 100%;
  height: auto;
  aspect-ratio: auto 16 / 9;
  background: var(--void);
  color: var(--soft);
}
.picture, .animation a { display: block; }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: -3px; }
summary {
  padding: 0.625rem 1rem;
  color: var(--soft);
  font-size: 0.9375rem;
  cursor: pointer;
}
summary:hover { color: var(--text); }
.empty {
  padding: 4rem 1.5rem;
  border: 2px dashed var(--line);
  border-radius: 0.75rem;
  color: var(--soft);
  text-align: center;
}
main.one .camera { justify-self: center; width: 100%; }
@media (min-width: 64rem) {
  main.one .camera:has(.animation) {
    display: grid;
    grid-template-columns: minmax(0, 2fr) minmax(0, 1fr);
    grid-template-rows: auto 1fr;
    grid-template-areas: "caption animation" "picture animation";
    column-gap: 0.75rem;
    align-items: start;
  }
  main.one .caption { grid-area: caption; }
  main.one .picture { grid-area: picture; }
  main.one .animation { grid-area: animation; }
  main.one .caption, main.one summary { min-height: 2.875rem; }
  main.one .camera:not(:has(.animation)) { max-width: 80rem; }
}
)css";

constexpr std::string_view script = R"js("use strict";
// Keeps the pictures of the page fresh: asks for each whether it has changed, and swaps it when the
// new one is decoded, so that nothing flickers.
(() => {
  const interval = Number(document.body.dataset.refresh) * 1000;
  const status = document.getElementById("status");
  const oldAge = 3600 * 1000;
  // The server's clock minus ours: ages are right whatever this device believes the time is.
  let skew = Number(document.body.dataset.now) - Date.now();

  const pictures = [...document.querySelectorAll("img[data-etag]")].map((image) => ({
    image,
    url: image.getAttribute("src"),
    etag: image.dataset.etag,
    modified: Number(image.dataset.modified),
    age: image.closest(".picture")?.parentElement.querySelector(".age") ?? null,
    shown: null,
  }));

  function ageText(age) {
    const seconds = Math.floor(age / 1000);
    const counted = (count, unit) => `${count} ${unit}${count === 1 ? "" : "s"} ago`;
    if (seconds < 2) return "just now";
    if (seconds < 120) return counted(seconds, "second");
    if (seconds < 120 * 60) return counted(Math.floor(seconds / 60), "minute");
    if (seconds < 48 * 3600) return counted(Math.floor(seconds / 3600), "hour");
    return counted(Math.floor(seconds / 86400), "day");
  }

  function showAges() {
    for (const { age, modified } of pictures) {
      if (!age) continue;
      const old = Date.now() + skew - modified;
      const text = ageText(old);
      const time = age.querySelector("time");
      if (time.textContent !== text) time.textContent = text;
      time.dateTime = new Date(modified).toISOString();
      time.title = new Date(modified).toLocaleString();
      age.classList.toggle("old", old > oldAge);
    }
  }

  // Only changes are written, because what is written here is read aloud.
  function say(text) {
    if (status.textContent !== text) status.textContent = text;
  }

  async function update(picture) {
    if (picture.image.closest("details:not([open])")) return;
    const response = await fetch(picture.url, {
      cache: "no-store",
      headers: { "If-None-Match": picture.etag },
      signal: AbortSignal.timeout(Math.max(interval, 20000)),
    });
    const date = Date.parse(response.headers.get("Date"));
    if (!Number.isNaN(date) && Math.abs(date - Date.now() - skew) > 2000) skew = date - Date.now();
    if (response.status === 304) return;
    if (!response.ok) throw new Error(`status ${response.status}`);
    const url = URL.createObjectURL(await response.blob());
    const next = new Image();
    next.src = url;
    try {
      await next.decode();
    } catch (error) {
      URL.revokeObjectURL(url);
      throw error;
    }
    picture.image.src = url;
    if (picture.shown) URL.revokeObjectURL(picture.shown);
    picture.shown = url;
    picture.etag = response.headers.get("ETag") ?? "";
    const modified = Date.parse(response.headers.get("Last-Modified"));
    if (!Number.isNaN(modified)) picture.modified = modified;
  }

  // A page without pictures becomes one with them.
  async function lookForPictures() {
    const response = await fetch("./", { cache: "no-store" });
    if (!response.ok) throw new Error(`status ${response.status}`);
    if ((await response.text()).includes("data-etag=")) location.reload();
  }

  let timer = 0;
  let busy = false;
  async function round() {
    clearTimeout(timer);
    if (busy || document.hidden) return;
    busy = true;
    const work = pictures.length > 0 ? pictures.map(update) : [lookForPictures()];
    const results = await Promise.allSettled(work);
    busy = false;
    const failed = results.filter((result) => result.status === "rejected").length;
    if (failed === 0) say("");
    else if (failed === results.length) say("The server does not answer. Trying again.");
    else say("Some pictures cannot be updated. Trying again.");
    showAges();
    timer = setTimeout(round, interval);
  }

  document.addEventListener("visibilitychange", round);
  for (const details of document.querySelectorAll("details")) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) details.open = false;
    details.addEventListener("toggle", () => { if (details.open) round(); });
  }
  setInterval(showAges, 1000);
  showAges();
  timer = setTimeout(round, interval);
})();
)js";

constexpr std::string_view icon =
    R"svg(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<path fill="#0b5cad" d="M11 6l-2 3H6a4 4 0 0 0-4 4v10a4 4 0 0 0 4 4h20a4 4 0 0 0 4-4V13a4 4 0 0 0-4-4h-3l-2-3z"/>
<circle cx="16" cy="17.5" r="6.5" fill="#fff"/><circle cx="16" cy="17.5" r="3.5" fill="#0b5cad"/>
</svg>
)svg";

/// 64-bit FNV-1a, as an entity tag.
std::string tag_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    std::array<char, 24> tag{};
    std::snprintf(tag.data(), tag.size(), "\"%016llx\"", static_cast<unsigned long long>(hash));
    return tag.data();
}

} // namespace

const OwnResource* own_resource(std::string_view path) {
    static const std::array<OwnResource, 3> resources{{
        {"imgserve.css", "text/css; charset=utf-8", style, tag_of(style)},
        {"imgserve.js", "text/javascript; charset=utf-8", script, tag_of(script)},
        {"imgserve.svg", "image/svg+xml", icon, tag_of(icon)},
    }};
    auto found = std::find_if(resources.begin(), resources.end(),
                              [&](const OwnResource& resource) { return resource.path == path; });
    return found == resources.end() ? nullptr : &*found;
}

} // namespace img
