// Frames at rest: files named by their time, in directories named by a template.

#include "frame/archive.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <set>

namespace img {

namespace {

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
    return select_from_archive(directory, {}, "", zone);
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

std::vector<ArchiveEntry> select_from_archive(const fs::path& directory, const Selection& selection,
                                              const std::string& camera, const Zone& zone) {
    ArchiveQuery query{
        .zone = zone, .since = selection.since, .until = selection.until, .camera = camera};
    if (!selection.every)
        query.last = selection.last;
    const Archive archive = read_archive(directory, query);
    std::vector<ArchiveEntry> entries;
    for (std::size_t i : choose(
             archive.frames.size(), [&](std::size_t at) { return archive.frames[at].time; },
             selection)) {
        const ArchiveFile& file = archive.frames[i];
        entries.push_back({directory / archive.path(file), file.time, file.from});
    }
    return entries;
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
