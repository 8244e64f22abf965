// TOML, as values with their places. Hides the library that reads it.

#include "cli/toml.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <toml++/toml.h>

namespace img {

namespace {

std::string place_of(const std::string& file, const toml::source_region& source) {
    return str(file, ":", source.begin.line);
}

[[noreturn]] void refuse(const std::string& place) {
    throw Error(place + ": a value is a text in quotation marks, a number, true or false, or an "
                        "array of these",
                Exit::usage);
}

std::string shortest(double number) {
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

/// A number as short as it reads back: options take their values as text.
std::string text_of_value(const toml::node& node, const std::string& place) {
    if (const auto* text = node.as_string())
        return text->get();
    if (const auto* whole = node.as_integer())
        return str(whole->get());
    if (const auto* real = node.as_floating_point())
        return shortest(real->get());
    if (const auto* truth = node.as_boolean())
        return truth->get() ? "true" : "false";
    refuse(place);
}

void collect(const toml::table& table, const std::vector<std::string>& section,
             const std::string& file, std::vector<TomlItem>& items) {
    for (const auto& [key, node] : table) {
        std::string name{key.str()};
        if (const toml::table* inner = node.as_table()) {
            std::vector<std::string> deeper = section;
            deeper.push_back(name);
            collect(*inner, deeper, file, items);
            continue;
        }
        TomlItem item{section, name, {}, place_of(file, node.source()), node.source().begin.line};
        if (const toml::array* array = node.as_array())
            for (const toml::node& element : *array)
                item.values.push_back(text_of_value(element, item.place));
        else
            item.values.push_back(text_of_value(node, item.place));
        items.push_back(std::move(item));
    }
}

} // namespace

std::vector<TomlItem> parse_toml(std::string_view text, const std::string& file) {
    std::vector<TomlItem> items;
    try {
        collect(toml::parse(text, std::string_view{file}), {}, file, items);
    } catch (const toml::parse_error& error) {
        throw Error(str(place_of(file, error.source()), ": ", printable(error.description(), 300)),
                    Exit::usage);
    }
    // The library sorts by key.
    std::stable_sort(items.begin(), items.end(),
                     [](const TomlItem& a, const TomlItem& b) { return a.line < b.line; });
    return items;
}

} // namespace img
