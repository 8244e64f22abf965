// What imggif prints: about GIFs that were made, will be made, and are there.
#pragma once

#include "verb/gif.hpp"
#include "verb/gif/inspect.hpp"

#include <string>
#include <vector>

namespace img {

/// JSON objects, one line each.
std::string gif_summary_json(const std::string& output, const GifSummary& summary);
std::string gif_image_json(const GifImage& image);
std::string gif_plan_json(const GifPlan& plan);

/// Lines for people: each frame that would be shown, then all of it.
std::vector<std::string> gif_plan_text(const GifPlan& plan);

/// What is in a GIF that is there: an object, or lines for people.
std::string gif_facts_json(const std::string& file, const GifFacts& facts);
std::vector<std::string> gif_facts_text(const std::string& file, const GifFacts& facts);

} // namespace img
