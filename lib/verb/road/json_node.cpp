// JSON from outside, read with every type checked and every complaint naming its place.

#include "verb/road/json_node.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

namespace img {

namespace {

using nlohmann::json;

const json& value_at(const void* value) {
    static const json null;
    return value ? *static_cast<const json*>(value) : null;
}

} // namespace

struct JsonDocument::Impl {
    json value;
};

JsonDocument::JsonDocument(std::string_view text, const std::string& name)
    : impl_(std::make_unique<Impl>()), name_(name) {
    std::string_view begin = trim(text);
    if (begin.empty())
        throw Error(str(name, ": the answer is empty"));
    if (begin.front() == '<')
        throw Error(str(name, ": the answer is HTML or XML, not JSON"));
    impl_->value = json::parse(text, nullptr, false);
    if (impl_->value.is_discarded())
        throw Error(str(name, begin.front() == '{' && begin.back() != '}'
                                  ? ": the JSON is cut off"
                                  : ": the answer is not JSON"));
    if (!impl_->value.is_object())
        throw Error(str(name, ": the JSON is not an object"));
}

JsonDocument::~JsonDocument() = default;

JsonNode JsonDocument::root() const {
    return JsonNode{&impl_->value, name_};
}

bool JsonNode::is_null() const {
    return value_at(value_).is_null();
}
bool JsonNode::is_object() const {
    return value_at(value_).is_object();
}
bool JsonNode::is_array() const {
    return value_at(value_).is_array();
}
bool JsonNode::is_number() const {
    return value_at(value_).is_number();
}
bool JsonNode::is_text() const {
    return value_at(value_).is_string();
}

void JsonNode::complain(std::string_view what) const {
    throw Error(printable(str(path_, ": ", what), 300));
}

JsonNode JsonNode::operator[](std::string_view name) const {
    const json& value = value_at(value_);
    // The document's own name is parted from the path within it.
    std::string path = str(path_, path_.find(": ") == std::string::npos ? ": " : ".", name);
    if (value.is_null())
        return {nullptr, std::move(path)};
    if (!value.is_object())
        complain("is not an object");
    auto found = value.find(std::string{name});
    return {found == value.end() ? nullptr : &*found, std::move(path)};
}

std::vector<JsonNode> JsonNode::elements(std::size_t most) const {
    const json& value = value_at(value_);
    if (value.is_null())
        return {};
    if (!value.is_array())
        complain("is not a list");
    if (value.size() > most)
        complain(str("has more than ", most, " elements"));
    std::vector<JsonNode> all;
    all.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i)
        all.push_back(JsonNode{&value[i], str(path_, "[", i, "]")});
    return all;
}

std::optional<double> JsonNode::number() const {
    const json& value = value_at(value_);
    if (value.is_null())
        return std::nullopt;
    if (!value.is_number())
        complain("is not a number");
    return value.get<double>();
}

std::optional<std::string> JsonNode::text() const {
    const json& value = value_at(value_);
    if (value.is_null())
        return std::nullopt;
    if (!value.is_string())
        complain("is not a text");
    return value.get<std::string>();
}

std::optional<bool> JsonNode::truth() const {
    const json& value = value_at(value_);
    if (value.is_null())
        return std::nullopt;
    if (!value.is_boolean())
        complain("is neither true nor false");
    return value.get<bool>();
}

std::string JsonNode::needed_text() const {
    std::optional<std::string> found = text();
    if (!found)
        complain("is missing");
    return *found;
}

} // namespace img
