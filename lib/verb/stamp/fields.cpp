// What {names} in texts stand for: given values, those of a file that others write, the frame's.

#include "verb/stamp/fields.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"

#include <array>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

namespace img {

namespace {

using nlohmann::json;

/// Of a value; more does not fit on any picture.
constexpr std::size_t longest_value = 1000;
constexpr std::size_t most_parts = 100;
constexpr int deepest = 16;
constexpr std::size_t largest_file = std::size_t{4} << 20;

/// Cut before a byte that begins a character.
std::string shortened(std::string text) {
    if (text.size() <= longest_value)
        return text;
    std::size_t end = longest_value;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    text.resize(end);
    return text + "\xE2\x80\xA6";
}

/// nullopt for null, and for what has no words of its own.
std::optional<std::string> words_of(const json& value) {
    if (value.is_string())
        return shortened(value.get<std::string>());
    if (value.is_primitive() && !value.is_null())
        return value.dump();
    if (value.is_object())
        for (const char* name : {"event", "headline", "title", "name"})
            if (auto found = value.find(name); found != value.end() && found->is_string())
                return shortened(found->get<std::string>());
    return std::nullopt;
}

void collect(FieldMap& out, const json& value, const std::string& path, int depth) {
    if (value.is_object()) {
        for (const auto& [name, below] : value.items())
            if (depth < deepest)
                collect(out, below, path.empty() ? name : str(path, ".", name), depth + 1);
        return;
    }
    FieldValue known;
    if (value.is_array()) {
        for (const json& part : value)
            if (std::optional<std::string> words = words_of(part);
                words && known.parts.size() < most_parts)
                known.parts.push_back(std::move(*words));
    } else if (std::optional<std::string> words = words_of(value)) {
        known.parts.push_back(std::move(*words));
    } else {
        return;
    }
    out[path] = std::move(known);
}

/// ISO 8601: a date, a time, and perhaps a fraction and a zone; or seconds since 1970.
std::optional<Instant> time_of(const FieldMap& values, const Zone& zone) {
    for (std::string_view name : {"time", "updated"}) {
        auto found = values.find(name);
        if (found == values.end() || found->second.parts.empty())
            continue;
        const std::string& text = found->second.parts[0];
        constexpr double last = 253'402'300'799; // of the year 9999
        if (std::optional<double> seconds = parse_double(text);
            seconds && *seconds >= 0 && *seconds <= last)
            return Instant{Duration{static_cast<std::int64_t>(*seconds * 1000)}};
        if (text.size() < 19 || text[4] != '-' || text[7] != '-' || text[13] != ':')
            return std::nullopt;
        std::string_view rest = std::string_view{text}.substr(19);
        std::size_t end = std::min(rest.find_first_of("Z+-"), rest.size());
        std::string_view fraction = rest.substr(0, end), offset = rest.substr(end);
        return parse_exif_time(text, fraction.substr(std::min<std::size_t>(1, fraction.size())),
                               offset, zone);
    }
    return std::nullopt;
}

bool says_time(const FieldMap& values) {
    return values.contains("time") || values.contains("updated");
}

} // namespace

std::string FieldValue::text() const {
    if (stale)
        return std::string{en_dash};
    std::string out;
    for (const std::string& part : parts)
        out += str(out.empty() ? "" : ", ", part);
    return shortened(std::move(out));
}

std::optional<FieldMap> fields_in_json(std::string_view text) {
    json object = json::parse(text, nullptr, false);
    if (!object.is_object())
        return std::nullopt;
    FieldMap out;
    collect(out, object, "", 0);
    return out;
}

void FieldsFile::read(const Zone& zone) {
    read_state_ = State::broken;
    try {
        Bytes bytes = read_file(path_, largest_file);
        std::optional<FieldMap> values = fields_in_json(text_of(bytes));
        if (!values) {
            trouble_ = str(path_.string(), ": not a JSON object");
            return;
        }
        values_ = std::move(*values);
        written_ = time_of(values_, zone);
        read_state_ = State::fresh;
    } catch (const Error& error) {
        trouble_ = error.what();
    }
}

FieldsFile::State FieldsFile::look(Instant now, const Zone& zone) {
    struct stat about {};
    if (::stat(path_.c_str(), &about) != 0) {
        version_.reset();
        trouble_ = str(path_.string(), ": ", std::strerror(errno));
        return State::missing;
    }
    Version version{about.st_dev, about.st_ino, about.st_size, about.st_mtim.tv_sec,
                    about.st_mtim.tv_nsec};
    if (version_ != version)
        read(zone);
    version_ = version;
    if (read_state_ != State::fresh || !max_age_)
        return read_state_;
    if (says_time(values_) && !written_) {
        trouble_ = str(path_.string(), ": its time is not one of ISO 8601");
        return State::broken;
    }
    Instant written = written_.value_or(
        Instant{std::chrono::seconds{version.seconds} + Duration{version.nanoseconds / 1'000'000}});
    if (now - written <= *max_age_)
        return State::fresh;
    trouble_ = str(path_.string(), ": older than ", format_duration(*max_age_));
    return State::old;
}

void FieldsFile::refresh(Instant now, const Zone& zone) {
    State before = state_;
    state_ = look(now, zone);
    if (state_ == before)
        return;
    if (state_ == State::fresh)
        log_note(str(path_.string(), ": fresh again"));
    else
        log_note(str(trouble_, "; its fields are shown as ", en_dash));
}

std::optional<FieldValue> FieldsFile::find(std::string_view name) const {
    auto found = values_.find(name);
    if (found == values_.end())
        return std::nullopt;
    FieldValue value = found->second;
    value.stale = state_ != State::fresh;
    return value;
}

Fields::Fields(const std::vector<std::string>& given, std::optional<FieldsFile> file)
    : file_(std::move(file)) {
    for (const std::string& one : given) {
        std::size_t equals = one.find('=');
        if (equals == 0 || equals == std::string::npos)
            throw Error(str("--field: '", printable(one), "' is not NAME=VALUE"), Exit::usage);
        given_[one.substr(0, equals)] = FieldValue{{shortened(one.substr(equals + 1))}};
    }
}

void Fields::turn_to(const Metadata& metadata, Instant now, const Zone& zone) {
    metadata_ = metadata;
    notes_ = fields_in_json(metadata.notes).value_or(FieldMap{});
    if (file_)
        file_->refresh(now, zone);
}

std::optional<FieldValue> Fields::find(std::string_view name) const {
    if (auto found = given_.find(name); found != given_.end())
        return found->second;
    if (file_)
        if (std::optional<FieldValue> value = file_->find(name))
            return value;
    if (std::optional<std::string> fact = metadata_.field(name))
        return FieldValue{{shortened(std::move(*fact))}};
    if (auto found = notes_.find(name); found != notes_.end())
        return found->second;
    return std::nullopt;
}

std::optional<FieldValue> Fields::find_first(std::initializer_list<std::string_view> names) const {
    for (std::string_view name : names)
        if (std::optional<FieldValue> value = find(name))
            return value;
    return std::nullopt;
}

std::string Fields::text(std::string_view name) const {
    std::optional<FieldValue> value = find(name);
    return value ? value->text() : std::string{en_dash};
}

} // namespace img
