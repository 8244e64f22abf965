// JSON from outside, read with every type checked and every complaint naming its place.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// A value in a document. Lives as long as that.
class JsonNode {
public:
    /// Null, or not there.
    bool is_null() const;
    bool is_object() const;
    bool is_array() const;
    bool is_number() const;
    bool is_text() const;

    /// A member of an object; null when there is none, or this is null. Throws for other types.
    JsonNode operator[](std::string_view name) const;
    /// Of an array; none when this is null. Throws for other types, and for more than `most`.
    std::vector<JsonNode> elements(std::size_t most = 20'000) const;
    /// These are nullopt for null, and throw for other types.
    std::optional<double> number() const;
    std::optional<std::string> text() const;
    std::optional<bool> truth() const;
    /// Throws when it is null.
    std::string needed_text() const;

    /// Throws Error: "gridpoint: temperature.values[3]: " and `what`.
    [[noreturn]] void complain(std::string_view what) const;

private:
    friend class JsonDocument;
    JsonNode(const void* value, std::string path) : value_(value), path_(std::move(path)) {}

    const void* value_; ///< nullptr: not there
    std::string path_;
};

/// A text that is one JSON object.
class JsonDocument {
public:
    /// Throws Error that begins with `name` and says whether it is HTML, cut off, or no object.
    JsonDocument(std::string_view text, const std::string& name);
    ~JsonDocument();
    JsonDocument(const JsonDocument&) = delete;
    JsonDocument& operator=(const JsonDocument&) = delete;

    JsonNode root() const;
    JsonNode operator[](std::string_view name) const { return root()[name]; }

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
    std::string name_;
};

} // namespace img
