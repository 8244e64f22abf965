// How statistics, plans and removals are told, to people and to programs.

#include "verb/prune/report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>

#include <nlohmann/json.hpp>

namespace img {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t longest_path = 1000;
/// So many gaps are for people; programs get more.
constexpr std::size_t most_gaps_in_text = 10;

std::string dumped(const ordered_json& json) {
    return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

/// "1.2 GB", as disks are sold.
std::string bytes_text(std::uint64_t bytes) {
    if (bytes < 1000)
        return str(bytes, " B");
    static constexpr std::array<const char*, 6> units{"kB", "MB", "GB", "TB", "PB", "EB"};
    double value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    for (; value >= 999.5 && unit + 1 < units.size(); ++unit)
        value /= 1000;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), value < 9.95 ? "%.1f %s" : "%.0f %s", value,
                  units[unit]);
    return text.data();
}

/// The two largest units that count: "3h 5m", "2d", "30s", "500ms".
std::string length_text(Duration length) {
    struct Unit {
        const char* name;
        std::int64_t milliseconds;
    };
    static constexpr std::array<Unit, 4> units{
        {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}}};
    std::int64_t left = length.count();
    for (std::size_t i = 0; i < units.size(); ++i) {
        if (left < units[i].milliseconds)
            continue;
        std::string text = str(left / units[i].milliseconds, units[i].name);
        left %= units[i].milliseconds;
        if (i + 1 < units.size() && left >= units[i + 1].milliseconds)
            text += str(" ", left / units[i + 1].milliseconds, units[i + 1].name);
        return text;
    }
    return str(left, "ms");
}

std::string counted(std::size_t count, std::string_view one, std::string_view more) {
    return str(count, " ", count == 1 ? one : more);
}

std::string time_text(const std::optional<Instant>& time, const Zone& zone) {
    return time ? format_time("%Y-%m-%d %H:%M:%S", *time, zone) : "-";
}

/// Rows of cells under each other, two blanks between them.
class TextTable {
public:
    enum class Side { left, right };
    explicit TextTable(std::vector<Side> sides) : sides_(std::move(sides)) {}

    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    std::vector<std::string> lines() const {
        std::vector<std::string> lines;
        for (const std::vector<std::string>& row : rows_) {
            std::string line;
            for (std::size_t i = 0; i < row.size(); ++i) {
                const std::string blanks(width(i) - letters(row[i]), ' ');
                line += str(i > 0 ? "  " : "", sides_[i] == Side::right ? blanks : "", row[i],
                            sides_[i] == Side::left ? blanks : "");
            }
            line.erase(line.find_last_not_of(' ') + 1);
            lines.push_back(std::move(line));
        }
        return lines;
    }

private:
    /// Of UTF-8, whose further bytes are no letters.
    static std::size_t letters(const std::string& text) {
        return static_cast<std::size_t>(std::ranges::count_if(
            text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
    }
    std::size_t width(std::size_t column) const {
        std::size_t widest = 0;
        for (const std::vector<std::string>& row : rows_)
            if (column < row.size())
                widest = std::max(widest, letters(row[column]));
        return widest;
    }

    std::vector<Side> sides_;
    std::vector<std::vector<std::string>> rows_;
};

std::vector<std::string> camera_row(const FrameStatistics& sum, const std::string& name,
                                    const Zone& zone) {
    std::string remarks;
    auto remark = [&](const std::string& text) {
        remarks += str(remarks.empty() ? "" : ", ", text);
    };
    if (sum.gap_count > 0)
        remark(counted(sum.gap_count, "gap", "gaps"));
    if (sum.time_from != ArchiveEntry::TimeFrom::name)
        remark(sum.time_from == ArchiveEntry::TimeFrom::exif ? "times of EXIF" : "times of files");
    if (sum.future > 0)
        remark(str(sum.future, " ahead of the clock"));
    return {name,
            str(sum.frames),
            bytes_text(sum.bytes),
            time_text(sum.oldest, zone),
            time_text(sum.newest, zone),
            sum.interval ? length_text(*sum.interval) : "-",
            remarks.empty() ? "-" : remarks};
}

std::string shown_camera(const std::string& camera) {
    return camera.empty() ? "-" : printable(camera);
}

std::string others_text(const ArchiveStatistics& statistics) {
    std::string text = counted(statistics.others, "foreign file", "foreign files");
    if (statistics.others == 0)
        return "no foreign files";
    text += str(", ", bytes_text(statistics.others_bytes), ":");
    for (const std::string& name : statistics.other_names)
        text += " " + printable(name, longest_path);
    return statistics.others > statistics.other_names.size() ? text + " ..." : text;
}

std::string disk_text(const DiskRoom& disk) {
    const double share =
        disk.size > 0 ? 100 * static_cast<double>(disk.available) / static_cast<double>(disk.size)
                      : 0;
    std::array<char, 16> percent{};
    std::snprintf(percent.data(), percent.size(), "%.1f", share);
    return str(bytes_text(disk.available), " of ", bytes_text(disk.size), " free (", percent.data(),
               "%)");
}

ordered_json seconds_json(const std::optional<Duration>& duration) {
    if (!duration)
        return nullptr;
    if (duration->count() % 1000 == 0)
        return duration->count() / 1000;
    return static_cast<double>(duration->count()) / 1000;
}

ordered_json time_json(const std::optional<Instant>& time) {
    return time ? ordered_json(iso_time(*time)) : ordered_json(nullptr);
}

std::string_view word_for(ArchiveEntry::TimeFrom from) {
    switch (from) {
    case ArchiveEntry::TimeFrom::exif:
        return "exif";
    case ArchiveEntry::TimeFrom::mtime:
        return "mtime";
    case ArchiveEntry::TimeFrom::name:
        break;
    }
    return "name";
}

ordered_json camera_json(const FrameStatistics& sum) {
    ordered_json gaps = ordered_json::array();
    for (const FrameGap& gap : sum.gaps)
        gaps.push_back({{"from", iso_time(gap.from)},
                        {"to", iso_time(gap.to)},
                        {"seconds", seconds_json(gap.length())}});
    return {{"camera", sum.camera},
            {"frames", sum.frames},
            {"bytes", sum.bytes},
            {"oldest", time_json(sum.oldest)},
            {"newest", time_json(sum.newest)},
            {"interval_s", seconds_json(sum.interval)},
            {"time_from", word_for(sum.time_from)},
            {"future", sum.future},
            {"gaps", gaps}};
}

enum class Run { dry, real };

std::string sum_json(const PrunePlan& plan, std::size_t removed, std::uint64_t bytes, Run run) {
    const std::size_t frames = plan.reasons.size();
    return dumped({{"frames", frames},
                   {"kept", frames - plan.remove_files},
                   {"removed", removed},
                   {"removed_bytes", bytes},
                   {"future", plan.future},
                   {"dry_run", run == Run::dry},
                   {"unmet", plan.unmet}});
}

std::string options_text(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names)
        text += str(text.empty() ? "--" : ", --", name);
    return text;
}

std::vector<std::string> statistics_text(const ArchiveStatistics& statistics, const Zone& zone) {
    using enum TextTable::Side;
    TextTable table{{left, right, right, left, left, right, left}};
    table.add({"camera", "frames", "size", "oldest", "newest", "every", "remarks"});
    for (const FrameStatistics& camera : statistics.cameras)
        table.add(camera_row(camera, shown_camera(camera.camera), zone));
    if (statistics.cameras.size() != 1)
        table.add(camera_row(statistics.all, "total", zone));
    std::vector<std::string> lines = table.lines();

    lines.emplace_back();
    lines.push_back(others_text(statistics));
    lines.push_back(
        str(counted(statistics.links, "symbolic link", "symbolic links"), ", ",
            counted(statistics.leftovers, "file of a killed writer", "files of killed writers"),
            ", ", counted(statistics.empty_directories, "empty directory", "empty directories")));
    lines.push_back(disk_text(statistics.disk));

    TextTable gaps{{left, left, left, right}};
    for (const FrameStatistics& camera : statistics.cameras)
        for (std::size_t i = 0; i < std::min(camera.gaps.size(), most_gaps_in_text); ++i)
            gaps.add({i == 0 ? str("longest gaps of ", shown_camera(camera.camera)) : "",
                      time_text(camera.gaps[i].from, zone), time_text(camera.gaps[i].to, zone),
                      length_text(camera.gaps[i].length())});
    std::vector<std::string> gap_lines = gaps.lines();
    if (!gap_lines.empty())
        lines.emplace_back();
    std::ranges::move(gap_lines, std::back_inserter(lines));
    return lines;
}

std::vector<std::string> statistics_json(const ArchiveStatistics& statistics) {
    std::vector<std::string> lines;
    for (const FrameStatistics& camera : statistics.cameras)
        lines.push_back(dumped(camera_json(camera)));
    const FrameStatistics& all = statistics.all;
    lines.push_back(dumped(
        {{"frames", all.frames},
         {"bytes", all.bytes},
         {"oldest", time_json(all.oldest)},
         {"newest", time_json(all.newest)},
         {"cameras", statistics.cameras.size()},
         {"others",
          {{"files", statistics.others},
           {"bytes", statistics.others_bytes},
           {"names", statistics.other_names}}},
         {"links", statistics.links},
         {"leftovers", statistics.leftovers},
         {"empty_directories", statistics.empty_directories},
         {"disk", {{"size", statistics.disk.size}, {"available", statistics.disk.available}}}}));
    return lines;
}

std::string frame_text(const Archive& archive, const ArchiveFile& frame, PruneReason reason,
                       const Zone& zone) {
    constexpr std::size_t widest_reason = 20, widest_size = 7;
    std::string why{reason_text(reason)}, size = bytes_text(frame.bytes);
    why.resize(std::max(why.size(), widest_reason), ' ');
    size.insert(0, widest_size - std::min(size.size(), widest_size), ' ');
    return str(goes(reason) ? "remove  " : "keep    ", why, "  ", time_text(frame.time, zone), "  ",
               size, "  ", printable(archive.path(frame), longest_path));
}

std::string plan_text(const PrunePlan& plan, const Archive& archive) {
    std::uint64_t bytes = 0;
    for (const ArchiveFile& frame : archive.frames)
        bytes += frame.bytes;
    return str(plan.remove_files, " of ", counted(plan.reasons.size(), "frame", "frames"),
               " would go, ", bytes_text(plan.remove_bytes), " of ", bytes_text(bytes));
}

} // namespace

void print_statistics(const ArchiveStatistics& statistics, PruneFormat format, const Zone& zone,
                      const LinePrinter& print) {
    for (const std::string& line : format == PruneFormat::json ? statistics_json(statistics)
                                                               : statistics_text(statistics, zone))
        print(line);
}

void print_plan(const Archive& archive, const PrunePlan& plan, PruneFormat format, const Zone& zone,
                const LinePrinter& print) {
    const bool json = format == PruneFormat::json;
    for (std::size_t i = 0; i < plan.reasons.size(); ++i)
        print(json ? frame_json(archive, archive.frames[i], plan.reasons[i])
                   : frame_text(archive, archive.frames[i], plan.reasons[i], zone));
    print(json ? sum_json(plan, plan.remove_files, plan.remove_bytes, Run::dry)
               : plan_text(plan, archive));
}

std::string frame_json(const Archive& archive, const ArchiveFile& frame, PruneReason reason) {
    return dumped({{"path", archive.path(frame)},
                   {"action", goes(reason) ? "remove" : "keep"},
                   {"reason", reason_text(reason)},
                   {"time", iso_time(frame.time)},
                   {"camera", archive.camera(frame)},
                   {"bytes", frame.bytes}});
}

std::string removal_json(const PrunePlan& plan, const Removal& removal) {
    return sum_json(plan, removal.files, removal.bytes, Run::real);
}

std::vector<std::string> plan_remarks(const PrunePlan& plan) {
    std::vector<std::string> remarks;
    if (plan.future > 0)
        remarks.push_back(str(counted(plan.future, "frame is", "frames are"),
                              " more than a day ahead of the clock: left alone"));
    if (!plan.unmet.empty())
        remarks.push_back(str("what is kept exceeds ", options_text(plan.unmet)));
    return remarks;
}

std::string refusal(const PrunePlan& plan, const PruneBound& bound) {
    if (bound.permits(plan.remove_files, plan.reasons.size()))
        return "";
    return str(plan.remove_files, " of ", counted(plan.reasons.size(), "frame", "frames"),
               " would go, and --max-delete is ", bound.text,
               ": nothing is deleted; if the clock and --dry-run are right, use --max-delete 100%");
}

} // namespace img
