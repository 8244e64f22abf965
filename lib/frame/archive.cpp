// Frames at rest: files named by their time, in directories named by a template.

#include "frame/archive.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <algorithm>
#include <set>

namespace img {

namespace {

bool is_jpeg_name(const std::string& name) {
    std::string lowered = lower(name);
    return (lowered.ends_with(".jpg") || lowered.ends_with(".jpeg")) && !lowered.starts_with(".") &&
           !lowered.starts_with("latest.");
}

std::vector<fs::path> jpegs_below(const fs::path& directory) {
    std::vector<fs::path> paths;
    try {
        fs::directory_iterator itself{directory}; // throws where that may not be read
        // Below it there may be what is not for us, such as lost+found.
        fs::recursive_directory_iterator at{directory,
                                            fs::directory_options::skip_permission_denied};
        fs::recursive_directory_iterator end;
        for (; at != end; ++at) {
            std::string name = at->path().filename().string();
            if (name.starts_with("."))
                at.disable_recursion_pending();
            else if (is_jpeg_name(name) && fs::is_regular_file(at->status()))
                paths.push_back(at->path());
        }
    } catch (const fs::filesystem_error& error) {
        throw_errno(error.path1().string(), error.code().value());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

ArchiveEntry entry_by_content(const fs::path& path, const Zone& zone) {
    try {
        Metadata metadata = metadata_of(Frame{read_file(path)}, zone);
        if (metadata.time)
            return {path, *metadata.time, ArchiveEntry::TimeFrom::exif};
    } catch (const Error&) {
        // Not readable, or not a JPEG: listed all the same, so that whoever opens it can say so.
    }
    boost::system::error_code ignored;
    return {path, Instant{std::chrono::seconds{fs::last_write_time(path, ignored)}},
            ArchiveEntry::TimeFrom::mtime};
}

std::int64_t interval_of(Instant time, Duration every) {
    std::int64_t since = time.time_since_epoch().count(), length = every.count();
    return since / length - (since % length < 0 ? 1 : 0);
}

/// `count` of more, evenly: the first and the last among them; of one, the last.
std::vector<std::size_t> spread(const std::vector<std::size_t>& all, std::size_t count) {
    if (count == 1)
        return {all.back()};
    std::vector<std::size_t> some;
    for (std::size_t i = 0; i < count; ++i)
        some.push_back(all[(i * (all.size() - 1) + (count - 1) / 2) / (count - 1)]);
    return some;
}

std::string component(std::string value) {
    for (char& c : value)
        if (c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = '_';
    if (value.starts_with('.'))
        value[0] = '_';
    return value;
}

} // namespace

std::vector<ArchiveEntry> list_archive(const fs::path& directory, const Zone& zone) {
    std::vector<fs::path> paths = jpegs_below(directory);
    std::vector<ArchiveEntry> entries;
    for (const fs::path& path : paths)
        if (std::optional<Instant> time = time_in_name(path.filename().string(), zone))
            entries.push_back({path, *time, ArchiveEntry::TimeFrom::name});
    if (entries.empty())
        for (const fs::path& path : paths)
            entries.push_back(entry_by_content(path, zone));
    std::stable_sort(entries.begin(), entries.end(),
                     [](const ArchiveEntry& a, const ArchiveEntry& b) { return a.time < b.time; });
    return entries;
}

std::vector<std::size_t> choose(std::size_t count, const std::function<Instant(std::size_t)>& time,
                                const Selection& selection) {
    std::vector<std::size_t> chosen;
    std::set<std::int64_t> intervals; // of which one was taken; files may be given in any order
    for (std::size_t i = 0; i < count; ++i) {
        if (selection.by_time()) {
            Instant taken = time(i);
            if ((selection.since && taken < *selection.since) ||
                (selection.until && taken > *selection.until))
                continue;
            if (selection.every && !intervals.insert(interval_of(taken, *selection.every)).second)
                continue;
        }
        chosen.push_back(i);
    }
    if (selection.last && chosen.size() > static_cast<std::size_t>(*selection.last))
        chosen.erase(chosen.begin(), chosen.end() - *selection.last);
    if (selection.frames && chosen.size() > static_cast<std::size_t>(*selection.frames))
        chosen = spread(chosen, static_cast<std::size_t>(*selection.frames));
    return chosen;
}

std::vector<ArchiveEntry> select(std::vector<ArchiveEntry> entries, const Selection& selection) {
    std::vector<ArchiveEntry> taken;
    for (std::size_t i : choose(
             entries.size(), [&](std::size_t at) { return entries[at].time; }, selection))
        taken.push_back(std::move(entries[i]));
    return taken;
}

bool is_name_template(const std::string& name) {
    return name.find_first_of("%{") != std::string::npos;
}

fs::path archive_path(const std::string& name_template, const Metadata& metadata) {
    static const Zone utc{std::chrono::minutes{0}};
    if (!metadata.time && name_template.find('%') != std::string::npos)
        throw Error(str("no time in the frame for the name '", name_template, "'"));
    // The time first: what a field holds is not a format.
    std::string timed =
        metadata.time ? format_time(name_template, *metadata.time, utc) : name_template;
    return substitute(timed, [&](std::string_view field) {
        std::optional<std::string> value = metadata.field(field);
        if (!value || value->empty())
            throw Error(str("no '", field, "' in the frame for the name '", name_template, "'"));
        return component(*value);
    });
}

} // namespace img
