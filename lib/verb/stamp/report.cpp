// What was done to a frame, for programs and for people.

#include "base/text.hpp"
#include "verb/stamp.hpp"

#include <nlohmann/json.hpp>

namespace img {

std::string json_of(const Stamped& stamped, const std::string& place,
                    const std::vector<fs::path>& outputs) {
    nlohmann::ordered_json line;
    line["frame"] = place;
    line["text"] = stamped.lines;
    line["box"] = {stamped.box_x, stamped.box_y, stamped.box.width, stamped.box.height};
    line["method"] = stamped.method;
    line["output"] = nlohmann::json::array();
    for (const fs::path& output : outputs)
        line["output"].push_back(output.string());
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string line_of(const Stamped& stamped, const std::string& place) {
    std::string text;
    for (const std::string& line : stamped.lines)
        text += str(text.empty() ? "" : " | ", line);
    return str(place, ": ", stamped.box.width, "x", stamped.box.height, "+", stamped.box_x, "+",
               stamped.box_y, ": ", text);
}

} // namespace img
