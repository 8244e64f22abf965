// What a frame may still say when its time is not to be known exactly.

#include "verb/stamp/privacy.hpp"

#include "base/time.hpp"

#include <cctype>

#include <nlohmann/json.hpp>

namespace img {

namespace {

using nlohmann::json;

constexpr int deepest = 64;

/// Whether "14:05:09" stands in it.
bool has_clock(std::string_view text) {
    constexpr std::string_view form = "dd:dd:dd";
    auto is_clock = [&](std::string_view part) {
        for (std::size_t i = 0; i < form.size(); ++i) {
            bool digit = std::isdigit(static_cast<unsigned char>(part[i])) != 0;
            if (form[i] == 'd' ? !digit : part[i] != ':')
                return false;
        }
        return true;
    };
    for (std::size_t at = 0; at + form.size() <= text.size(); ++at)
        if (is_clock(text.substr(at, form.size())))
            return true;
    return false;
}

bool tells_time(const json& value) {
    if (value.is_string()) {
        const std::string& text = value.get_ref<const std::string&>();
        return has_clock(text) || time_in_name(text, Zone{std::chrono::minutes{0}}).has_value();
    }
    constexpr double earliest = 1e9, latest = 1e13; // 2001, and in milliseconds 2286
    return value.is_number() && value.get<double>() >= earliest && value.get<double>() < latest;
}

json cleaned(const json& value, int depth) {
    if (!value.is_structured())
        return value;
    json out = value.is_object() ? json::object() : json::array();
    for (const auto& [name, below] : value.items()) {
        if (tells_time(below) || depth >= deepest)
            continue;
        if (value.is_object())
            out[name] = cleaned(below, depth + 1);
        else
            out.push_back(cleaned(below, depth + 1));
    }
    return out;
}

} // namespace

std::string notes_without_times(const std::string& notes) {
    json object = json::parse(notes, nullptr, false);
    if (!object.is_object())
        return {};
    return cleaned(object, 0).dump(-1, ' ', true, json::error_handler_t::replace);
}

} // namespace img
