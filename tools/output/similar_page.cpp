#include "tools/output/similar_page.hpp"

#include "tools/output/entry_figures.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/entry_text.hpp"
#include "tools/output/markup.hpp"
#include "tools/terminal/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace troupe {

namespace {

constexpr const char* page_head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>)";

constexpr const char* page_style = R"(</title><style>
:root{--ink:#1d2733;--soft:#64748b;--line:#e3e8ef;--page:#f6f8fb;--card:#fff;
--a:#2f6f9f;--b:#d9822b;--c:#5b8c5a;--d:#9a7bb0}
@media (prefers-color-scheme:dark){:root{--ink:#e6ebf2;--soft:#94a3b8;
--line:#2b3645;--page:#12181f;--card:#1a222c;--a:#6fb1e0;--b:#f0a95b;
--c:#8cc58a;--d:#c3a6da}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.45 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:880px;margin:0 auto;padding:32px 20px 64px}
h1{font-size:15px;font-weight:600;color:var(--soft);margin:0 0 10px}
article{background:var(--card);border:1px solid var(--line);border-radius:12px;
padding:16px 18px;margin:0 0 12px;display:grid;gap:4px 18px;
grid-template-columns:44px 1fr 190px}
.asked{border-color:var(--a);margin-bottom:28px}
.rank{font-size:22px;color:var(--soft);font-variant-numeric:tabular-nums}
h2{font-size:17px;margin:0;overflow-wrap:anywhere}
.facts{color:var(--soft);font-variant-numeric:tabular-nums}
.wave{width:100%;height:44px;display:block;grid-column:2/4;margin-top:6px}
.wave rect{fill:var(--a)}
.like{text-align:right;font-variant-numeric:tabular-nums}
.like b{font-size:22px;font-weight:600}
.bar{display:flex;height:8px;border-radius:4px;overflow:hidden;margin:6px 0 3px;
background:var(--line)}
.why{font-size:13px;color:var(--soft);grid-column:2/4}
audio{grid-column:2/4;width:100%;height:34px;margin-top:6px}
.gallery{display:grid;gap:18px;margin:0;padding:0;list-style:none;
grid-template-columns:repeat(auto-fill,minmax(210px,1fr))}
figure{margin:0;background:var(--card);border:1px solid var(--line);
border-radius:12px;overflow:hidden;display:flex;flex-direction:column}
.frame{background:var(--line);aspect-ratio:4/3;display:flex;
align-items:center;justify-content:center;color:var(--soft);font-size:13px;
text-align:center;overflow-wrap:anywhere}
.frame img{display:block;width:100%;height:100%;object-fit:contain}
.frame span{padding:0 14px}
figcaption{padding:10px 14px 12px;display:grid;gap:2px 10px;
grid-template-columns:1fr auto}
figcaption h2{font-size:14px}
figcaption .like b{font-size:16px}
figcaption .bar{grid-column:1/3;height:5px}
.wanted{max-width:420px;margin-bottom:28px}
.wanted figure{border-color:var(--a)}
main.wide{max-width:1180px}
.k0{background:var(--a)}.k1{background:var(--b)}.k2{background:var(--c)}
.k3{background:var(--d)}
.dot{display:inline-block;width:9px;height:9px;border-radius:50%;
margin:0 5px 0 12px}.dot:first-child{margin-left:0}
footer{color:var(--soft);font-size:13px;margin-top:24px}
@media (max-width:600px){article{grid-template-columns:30px 1fr}
.like{grid-column:2;text-align:left}.wave,.why,audio{grid-column:1/3}}
</style></head><body><main)";

/// The waveform as bars about a middle line; nothing without one.
std::string waveform(const entry_row& entry) {
  constexpr std::size_t bars = 220;
  const auto blocks = json::parse(entry.document, nullptr, false);
  if (!blocks.is_object() || !blocks.contains("structure"))
    return {};
  const auto peaks =
    blocks["structure"].value("waveform_peaks", std::vector<int>{});
  if (peaks.empty())
    return {};
  std::string out = "<svg class=\"wave\" viewBox=\"0 0 880 44\" "
                    "preserveAspectRatio=\"none\" aria-hidden=\"true\">";
  for (std::size_t i = 0; i < bars; ++i) {
    const auto from = i * peaks.size() / bars;
    const auto to = std::max(from + 1, (i + 1) * peaks.size() / bars);
    int peak = 0;
    for (auto at = from; at < std::min(to, peaks.size()); ++at)
      peak = std::max(peak, peaks[at]);
    const double height = std::max(1.0, 42.0 * peak / 255.0);
    out += fmt::format("<rect x=\"{}\" y=\"{:.1f}\" width=\"2.6\" "
                       "height=\"{:.1f}\" rx=\"1\"/>",
                       4 * i, 22.0 - height / 2.0, height);
  }
  return out + "</svg>";
}

/// "3:07 · 128.0 BPM · F# minor (11A) · -9.1 LUFS"
std::string facts(const entry_row& entry) {
  const auto figures = figures_of(entry);
  std::vector<std::string> parts;
  if (figures.duration_s)
    parts.push_back(format_duration(*figures.duration_s));
  if (figures.tempo_bpm)
    parts.push_back(fmt::format("{:.1f} BPM", *figures.tempo_bpm));
  if (!figures.key.empty())
    parts.push_back(
      fmt::format("{} {} ({})", figures.key, figures.mode, figures.camelot));
  if (figures.integrated_lufs)
    parts.push_back(fmt::format("{:.1f} LUFS", *figures.integrated_lufs));
  if (!figures.album.empty())
    parts.push_back(figures.album);
  std::string text;
  for (const auto& part : parts)
    text += (text.empty() ? "" : " · ") + part;
  return text;
}

/// What can be played; the browser loads it only when asked.
std::string player(const entry_row& entry) {
  if (entry.path.empty() || entry.kind != media_kind::audio)
    return {};
  return fmt::format("<audio controls preload=\"none\" src=\"file://{}\">"
                     "</audio>",
                     uri_path(entry.path));
}

std::string shares(const similar_item& item) {
  if (item.why.empty())
    return {};
  std::string bar;
  std::string words;
  for (std::size_t i = 0; i < item.why.size(); ++i) {
    const auto percent = 100.0 * item.why[i].share;
    bar += fmt::format("<i class=\"k{}\" style=\"width:{:.1f}%\"></i>", i % 4,
                       percent);
    words += fmt::format("<i class=\"dot k{}\"></i>{} {:.0f} %", i % 4,
                         markup_text(item.why[i].name), percent);
  }
  return fmt::format("<div class=\"why\"><div class=\"bar\">{}</div>{}</div>",
                     bar, words);
}

std::string card(const entry_row& entry, const std::string& kind,
                 const std::string& rank, const std::string& like,
                 const std::string& why) {
  return fmt::format(
    "<article{}><div class=\"rank\">{}</div><div><h2>{}</h2>"
    "<div class=\"facts\">{}</div></div><div class=\"like\">{}</div>"
    "{}{}{}</article>\n",
    kind, rank, markup_text(entry_name(entry)), markup_text(facts(entry)), like,
    why, waveform(entry), player(entry));
}

std::string percent_of(const similar_item& item) {
  return fmt::format("{:.0f} %", 100.0 * std::max(0.0, item.cosine));
}

std::string cards(const std::vector<similar_item>& items) {
  std::string page;
  for (std::size_t i = 0; i < items.size(); ++i)
    page += card(items[i].entry, "", std::to_string(i + 1),
                 fmt::format("<b>{}</b> alike", percent_of(items[i])),
                 shares(items[i]));
  return page;
}

/// A picture with its name, and how alike it is unless it is the asked one.
std::string figure(const entry_row& entry, const similar_item* item,
                   const page_picture_source& picture_of) {
  const auto picture = picture_of(entry.path);
  const auto name = markup_text(entry_name(entry));
  std::string out = "<figure><div class=\"frame\">";
  if (picture.address.empty())
    out += fmt::format("<span>{}</span>", markup_text(picture.why_not));
  else
    out += fmt::format("<img src=\"{}\" width=\"{}\" height=\"{}\" "
                       "alt=\"{}\">",
                       picture.address, picture.width, picture.height, name);
  out += fmt::format("</div><figcaption><h2>{}</h2>", name);
  if (item != nullptr)
    out += fmt::format("<div class=\"like\"><b>{0}</b></div><div class=\"bar\">"
                       "<i class=\"k0\" style=\"width:{1:.1f}%\"></i></div>",
                       percent_of(*item), 100.0 * std::max(0.0, item->cosine));
  return out + "</figcaption></figure>";
}

std::string gallery(const std::vector<similar_item>& items,
                    const page_picture_source& picture_of) {
  std::string page = "<ol class=\"gallery\">\n";
  for (const auto& item : items)
    page += "<li>" + figure(item.entry, &item, picture_of) + "</li>\n";
  return page + "</ol>\n";
}

} // namespace

std::string shares_text(std::vector<search::block_share> why) {
  std::stable_sort(why.begin(), why.end(), [](const auto& a, const auto& b) {
    return a.share > b.share;
  });
  std::string text;
  for (const auto& one : why)
    if (one.share >= 0.01)
      text += fmt::format("{}{} {:.0f} %", text.empty() ? "" : ", ", one.name,
                          100.0 * one.share);
  return text;
}

std::string similar_page(const entry_row& asked,
                         const std::vector<similar_item>& items,
                         const page_picture_source& picture_of) {
  const bool pictures = asked.kind == media_kind::image;
  std::string page = page_head;
  page += "Like " + markup_text(entry_name(asked)) + page_style;
  page += pictures ? " class=\"wide\">\n" : ">\n";
  page += "<h1>You asked what is like this</h1>\n";
  page += pictures ? "<div class=\"wanted\">"
                       + figure(asked, nullptr, picture_of) + "</div>\n"
                   : card(asked, " class=\"asked\"", "", "", "");
  page += fmt::format("<h1>{} in your library, the nearest first</h1>\n",
                      items.size());
  page += pictures ? gallery(items, picture_of) : cards(items);
  page += "<footer>Alike: the cosine of both vectors. ";
  if (!pictures)
    page += "The coloured bar says which parts of the sound the likeness comes "
            "from. ";
  page += "The order also heeds how near an entry is to everything else "
          "(mutual proximity). Made by troupe.</footer>\n"
          "</main></body></html>\n";
  return page;
}

} // namespace troupe
