// What {names} in texts stand for: given values, those of a file that others write, the frame's.
#pragma once

#include "base/fs.hpp"
#include "frame/metadata.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// What is shown for what is not known.
constexpr std::string_view en_dash = "\xE2\x80\x93";

/// What is known under a name.
struct FieldValue {
    std::vector<std::string> parts; ///< of a list; one of anything else
    bool stale = false;             ///< it was known once, and may not be true any more

    /// The parts joined by ", "; an en dash when stale.
    std::string text() const;
};

using FieldMap = std::map<std::string, FieldValue, std::less<>>;

/// The values in a JSON object by their dotted paths: "road.condition". Of a list of objects, each
/// gives its "event", "headline", "title" or "name". nullopt when the text is no JSON object.
std::optional<FieldMap> fields_in_json(std::string_view text);

/// A file of values that another program writes: read again when it changes.
class FieldsFile {
public:
    /// What is wrong with the file.
    enum class State { fresh, missing, broken, old };

    /// Without `max_age`, what it says never gets old.
    FieldsFile(fs::path path, std::optional<Duration> max_age)
        : path_(std::move(path)), max_age_(max_age) {}

    /// Looks at the file. What changed for the worse or the better is noted on the log. The age is
    /// that of its member "time" or "updated" (ISO 8601, in `zone` when it names none, or seconds
    /// since 1970), else of the file.
    void refresh(Instant now, const Zone& zone);
    State state() const { return state_; }
    /// A value that was there once is stale while the file is not fresh.
    std::optional<FieldValue> find(std::string_view name) const;

private:
    /// A version of the file: two are not the same when any of this differs.
    struct Version {
        std::uint64_t device = 0, inode = 0;
        std::int64_t size = 0, seconds = 0, nanoseconds = 0;
        bool operator==(const Version&) const = default;
    };
    void read(const Zone& zone);
    State look(Instant now, const Zone& zone);

    fs::path path_;
    std::optional<Duration> max_age_;
    std::optional<Version> version_;
    FieldMap values_;
    std::optional<Instant> written_;
    std::string trouble_;
    State read_state_ = State::missing, state_ = State::fresh;
};

/// All of them, the most specific first.
class Fields {
public:
    /// `given` are "name=value". Throws Error{usage} for one that is not.
    Fields(const std::vector<std::string>& given, std::optional<FieldsFile> file);

    /// The values for one frame.
    void turn_to(const Metadata& metadata, Instant now, const Zone& zone);
    /// nullopt when nobody knows.
    std::optional<FieldValue> find(std::string_view name) const;
    /// The first of these names that is known.
    std::optional<FieldValue> find_first(std::initializer_list<std::string_view> names) const;
    /// For a text: an en dash when nobody knows.
    std::string text(std::string_view name) const;

private:
    FieldMap given_;
    std::optional<FieldsFile> file_;
    FieldMap notes_;
    Metadata metadata_;
};

} // namespace img
