// Reading an archive: one pass over its directories, without a look at its files.

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/links.hpp"
#include "frame/archive.hpp"
#include "frame/time_directory.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <limits>
#include <map>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace img {

namespace {

/// Names in a directory may be in UTC or in any zone, and those are up to 14 hours from UTC; clocks
/// that are set, and exposures that end in the next directory, need a little more.
constexpr std::chrono::hours slack{26};

bool ends_with(std::string_view name, std::string_view lowered) {
    return name.size() >= lowered.size() &&
           ::strncasecmp(name.data() + name.size() - lowered.size(), lowered.data(),
                         lowered.size()) == 0;
}

bool is_latest(std::string_view name) {
    constexpr std::string_view latest = "latest.";
    return ends_with(name.substr(0, latest.size()), latest);
}

bool is_of_kind(std::string_view name, ArchiveQuery::Kind kind) {
    const bool extended = kind == ArchiveQuery::Kind::animations
                              ? ends_with(name, ".gif")
                              : ends_with(name, ".jpg") || ends_with(name, ".jpeg");
    return extended && !is_latest(name);
}

/// What stands before the time in a name, without what separates the two.
std::string_view name_before(std::string_view name, std::size_t time) {
    const std::size_t end = name.substr(0, time).find_last_not_of("_-. ");
    return end == std::string_view::npos ? std::string_view{} : name.substr(0, end + 1);
}

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using DirectoryStream = std::unique_ptr<DIR, CloseDirectory>;

/// Whether an error is ours, not the directory's.
bool is_shortage(int error) {
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}

/// Null, and errno says why, when there is no such directory that may be read.
DirectoryStream open_directory_at(int root, const std::string& path) {
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const int fd = ::openat(root, path.empty() ? "." : path.c_str(), flags);
    if (fd < 0)
        return nullptr;
    DirectoryStream stream{::fdopendir(fd)};
    if (!stream)
        ::close(fd);
    return stream;
}

} // namespace

const fs::path& Archive::root() const {
    return root_;
}

std::string Archive::path(const ArchiveFile& file) const {
    const std::string& above = directory(file.directory);
    return above.empty() ? name(file) : above + "/" + name(file);
}

const char* Archive::name(const ArchiveFile& file) const {
    return names_.data() + file.name;
}

const std::string& Archive::directory(std::uint32_t index) const {
    return directories_[index];
}

const std::string& Archive::camera(const ArchiveFile& file) const {
    return cameras_[file.camera];
}

class Archive::Reader {
public:
    Reader(const fs::path& directory, const ArchiveQuery& query);
    Archive read();

private:
    /// A directory that is still to be read.
    struct Pending {
        std::uint32_t directory = 0;
        std::optional<DirectoryTime> time{}; ///< when it is itself named by one
        Instant end = Instant::max();        ///< nothing in it is newer
    };
    /// What is known of a directory.
    struct Known {
        std::uint32_t above = 0;
        std::optional<Instant> end{}; ///< of its time
        std::size_t holds = 1;        ///< so many things; 1 until it was read
    };
    /// A part of the path of the directory that is being read.
    struct Part {
        std::string_view name;
        std::optional<DirectoryTime> time;
    };
    enum class Until { end, first_frame };

    void walk(Until until);
    Pending take_pending();
    static bool ends_before(const Pending& a, const Pending& b) { return a.end < b.end; }
    bool is_enough() const;
    void enter(const Pending& pending, Until until);
    void see(int fd, const dirent& entry, const Pending& in);
    void see_directory(std::string_view name, const Pending& in);
    void see_link(int fd, std::string_view name);
    void see_hidden(int fd, std::string_view name, mode_t type);
    void see_file(int fd, std::string_view name);
    void count_newest(std::size_t from);

    ArchiveFile file_of(std::string_view name);
    static bool measure(int fd, const char* name, ArchiveFile& file);
    bool is_outside(const DirectoryTime& time);
    void stand_in(std::uint32_t directory);
    std::uint32_t camera_of(Instant time, std::string_view before_time);
    std::uint32_t camera_called(std::string_view name);

    bool is_before(const ArchiveFile& a, const ArchiveFile& b) const;
    bool has_path_before(const ArchiveFile& a, const ArchiveFile& b) const;
    void sort_frames(std::size_t from);
    void sort_others(std::size_t from);

    std::optional<Archive> glimpse(const Pending& skipped) const;
    void settle_frames();
    void date_by_content();
    bool settle_camera();
    void resolve_links();
    void find_empty();

    ArchiveQuery query_;
    Archive archive_;
    Fd root_;
    LocalTimes times_;
    std::vector<Pending> pending_, skipped_;
    std::vector<Known> known_;         ///< of each directory
    std::vector<ArchiveFile> undated_; ///< of the kind, without a time in their names
    std::vector<Instant> newest_;      ///< a heap: of the newest frames, the oldest in front
    std::vector<std::string> below_;   ///< directories of the one that is being read
    std::uint32_t standing_ = 0;       ///< the directory that parts_ belongs to
    std::vector<Part> parts_;
    std::uint32_t usual_camera_ = 0; ///< of frames whose time agrees with all of parts_
    std::map<std::string, std::uint32_t, std::less<>> camera_indices_;
    std::uint32_t last_camera_ = 0;
};

Archive::Reader::Reader(const fs::path& directory, const ArchiveQuery& query)
    : query_(query), times_(query.zone) {
    archive_.root_ = directory;
    archive_.directories_.emplace_back();
    archive_.cameras_.emplace_back();
    known_.emplace_back();
    root_ = Fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!root_)
        throw_errno(directory.string(), errno);
    pending_.push_back({});
}

Archive Archive::Reader::read() {
    walk(Until::end);
    settle_frames();
    if (!settle_camera() && query_.last && !skipped_.empty()) {
        // Those that count were fewer than it seemed.
        ArchiveQuery whole = query_;
        whole.last.reset();
        return Reader{archive_.root_, whole}.read();
    }
    sort_frames(0);
    sort_others(0);
    resolve_links();
    find_empty();
    return std::move(archive_);
}

void Archive::Reader::walk(Until until) {
    while (!pending_.empty() && !is_enough()) {
        const std::size_t seen = archive_.frames.size(), others = archive_.others.size();
        enter(take_pending(), until);
        if (until == Until::first_frame && !archive_.frames.empty())
            return;
        sort_frames(seen);
        sort_others(others);
        count_newest(seen);
    }
    skipped_.insert(skipped_.end(), pending_.begin(), pending_.end());
    pending_.clear();
}

/// In the order of their paths; where only the newest count, those first that may have them.
Archive::Reader::Pending Archive::Reader::take_pending() {
    if (query_.last)
        std::pop_heap(pending_.begin(), pending_.end(), ends_before);
    Pending next = pending_.back();
    pending_.pop_back();
    return next;
}

/// Whether what is pending can only be older than the newest frames.
bool Archive::Reader::is_enough() const {
    return query_.last && newest_.size() == static_cast<std::size_t>(*query_.last) &&
           newest_.front() >= pending_.front().end;
}

void Archive::Reader::count_newest(std::size_t from) {
    if (!query_.last)
        return;
    for (std::size_t i = from; i < archive_.frames.size(); ++i) {
        const ArchiveFile& frame = archive_.frames[i];
        const std::string& camera = archive_.camera(frame);
        if ((query_.until && frame.time > *query_.until) ||
            (!query_.camera.empty() && !camera.empty() && camera != query_.camera))
            continue;
        newest_.push_back(frame.time);
        std::push_heap(newest_.begin(), newest_.end(), std::greater<>{});
        if (newest_.size() > static_cast<std::size_t>(*query_.last)) {
            std::pop_heap(newest_.begin(), newest_.end(), std::greater<>{});
            newest_.pop_back();
        }
    }
}

void Archive::Reader::enter(const Pending& pending, Until until) {
    DirectoryStream stream = open_directory_at(*root_, archive_.directories_[pending.directory]);
    if (!stream && (pending.directory == 0 || is_shortage(errno)))
        throw_errno((archive_.root_ / archive_.directories_[pending.directory]).string(), errno);
    if (!stream)
        return;
    stand_in(pending.directory);
    known_[pending.directory].holds = 0;
    below_.clear();
    const int fd = ::dirfd(stream.get());
    errno = 0;
    while (const dirent* entry = ::readdir(stream.get())) {
        see(fd, *entry, pending);
        if (until == Until::first_frame && !archive_.frames.empty())
            return;
        errno = 0;
    }
    if (errno != 0) {
        ++known_[pending.directory].holds;
        if (pending.directory == 0)
            throw_errno(archive_.root_.string(), errno);
    }
    // Taken from the back. Files of "a-b" come before those below "a", as their paths do.
    std::sort(below_.begin(), below_.end(), std::greater<>{});
    for (const std::string& name : below_)
        see_directory(std::string_view{name}.substr(0, name.size() - 1), pending);
}

void Archive::Reader::see(int fd, const dirent& entry, const Pending& in) {
    const std::string_view name{entry.d_name};
    if (name == "." || name == "..")
        return;
    ++known_[in.directory].holds;
    auto type = static_cast<mode_t>(DTTOIF(entry.d_type));
    if (entry.d_type == DT_UNKNOWN) {
        struct stat about {};
        if (::fstatat(fd, entry.d_name, &about, AT_SYMLINK_NOFOLLOW) != 0)
            return;
        type = about.st_mode & S_IFMT;
    }
    if (S_ISLNK(type))
        see_link(fd, name);
    else if (name.starts_with('.'))
        see_hidden(fd, name, type);
    else if (S_ISDIR(type))
        below_.push_back(std::string{name} + '/');
    else if (S_ISREG(type))
        see_file(fd, name);
}

void Archive::Reader::see_directory(std::string_view name, const Pending& in) {
    const std::string& above = archive_.directories_[in.directory];
    Pending found{static_cast<std::uint32_t>(archive_.directories_.size()),
                  directory_time(name, in.time), in.end};
    archive_.directories_.push_back(above.empty() ? std::string{name} : str(above, "/", name));
    known_.push_back({in.directory});
    if (found.time) {
        const Instant end{found.time->end.time_since_epoch()};
        known_.back().end = end;
        found.end = end + slack;
        if (is_outside(*found.time)) {
            skipped_.push_back(found);
            return;
        }
    }
    pending_.push_back(found);
    if (query_.last)
        std::push_heap(pending_.begin(), pending_.end(), ends_before);
}

bool Archive::Reader::is_outside(const DirectoryTime& time) {
    const Instant begin{time.begin.time_since_epoch()}, end{time.end.time_since_epoch()};
    return (query_.since && end + slack <= *query_.since) ||
           (query_.until && begin - slack > *query_.until);
}

void Archive::Reader::see_link(int fd, std::string_view name) {
    archive_.links.push_back({file_of(name), ""});
    ArchiveFile& link = archive_.links.back().file;
    if (query_.details == ArchiveQuery::Details::sizes && !measure(fd, name.data(), link)) {
        archive_.links.pop_back();
        return;
    }
    struct stat about {};
    if (!name.starts_with('.') && ::fstatat(fd, name.data(), &about, 0) == 0 &&
        S_ISREG(about.st_mode))
        see_file(fd, name);
}

/// Of hidden files, those that AtomicFile leaves when it is killed: .NAME.xxxxxxxx
void Archive::Reader::see_hidden(int fd, std::string_view name, mode_t type) {
    constexpr std::size_t suffix = 9;
    if (!S_ISREG(type) || name.size() < 2 + suffix)
        return;
    const std::string_view of = name.substr(1, name.size() - 1 - suffix);
    const std::string_view random = name.substr(name.size() - suffix);
    if (random[0] != '.' || random.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789", 1) !=
                                std::string_view::npos)
        return;
    const bool is_ours = is_latest(of) || ends_with(of, ".jpg") || ends_with(of, ".jpeg") ||
                         ends_with(of, ".gif") || ends_with(of, ".json") ||
                         find_time(of, times_).has_value();
    if (!is_ours)
        return;
    ArchiveFile file = file_of(name);
    if (measure(fd, name.data(), file))
        archive_.leftovers.push_back(file);
}

void Archive::Reader::see_file(int fd, std::string_view name) {
    ArchiveFile file = file_of(name);
    if (query_.details == ArchiveQuery::Details::sizes && !measure(fd, name.data(), file))
        return;
    if (!is_of_kind(name, query_.kind)) {
        archive_.others.push_back(file);
    } else if (std::optional<NamedTime> found = find_time(name, times_)) {
        file.time = found->time;
        file.camera = camera_of(found->time, name_before(name, found->at));
        archive_.frames.push_back(file);
    } else {
        undated_.push_back(file);
    }
}

/// A file of the directory that is being read.
ArchiveFile Archive::Reader::file_of(std::string_view name) {
    std::vector<char>& names = archive_.names_;
    if (names.size() + name.size() >= std::numeric_limits<std::uint32_t>::max())
        throw Error(str(archive_.root_.string(), ": too many files"));
    ArchiveFile file;
    file.directory = standing_;
    file.name = static_cast<std::uint32_t>(names.size());
    names.insert(names.end(), name.begin(), name.end());
    names.push_back('\0');
    return file;
}

/// False when it is gone.
bool Archive::Reader::measure(int fd, const char* name, ArchiveFile& file) {
    struct stat about {};
    if (::fstatat(fd, name, &about, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    file.bytes = static_cast<std::uint64_t>(about.st_size);
    file.changed = std::int64_t{about.st_mtim.tv_sec} * 1'000'000'000 + about.st_mtim.tv_nsec;
    return true;
}

void Archive::Reader::stand_in(std::uint32_t directory) {
    standing_ = directory;
    parts_.clear();
    std::string camera;
    if (const std::string& path = archive_.directories_[directory]; !path.empty())
        for (std::string_view name : split(path, '/')) {
            parts_.push_back(
                {name, directory_time(name, parts_.empty() ? std::nullopt : parts_.back().time)});
            if (!parts_.back().time)
                camera += (camera.empty() ? "" : "/") + std::string{name};
        }
    usual_camera_ = camera_called(camera);
}

std::uint32_t Archive::Reader::camera_of(Instant time, std::string_view before_time) {
    auto is_camera = [&](const Part& part) {
        return !part.time || !holds(*part.time, time, times_);
    };
    std::uint32_t camera = usual_camera_;
    if (std::any_of(parts_.begin(), parts_.end(),
                    [&](const Part& part) { return part.time && is_camera(part); })) {
        std::string name;
        for (const Part& part : parts_)
            if (is_camera(part))
                name += (name.empty() ? "" : "/") + std::string{part.name};
        camera = camera_called(name);
    }
    return camera != 0 ? camera : camera_called(before_time);
}

std::uint32_t Archive::Reader::camera_called(std::string_view name) {
    if (name.empty())
        return 0;
    if (archive_.cameras_[last_camera_] == name)
        return last_camera_;
    auto known = camera_indices_.find(name);
    if (known == camera_indices_.end()) {
        known = camera_indices_.emplace(name, static_cast<std::uint32_t>(archive_.cameras_.size()))
                    .first;
        archive_.cameras_.emplace_back(name);
    }
    return last_camera_ = known->second;
}

bool Archive::Reader::has_path_before(const ArchiveFile& a, const ArchiveFile& b) const {
    if (a.directory == b.directory)
        return std::strcmp(archive_.name(a), archive_.name(b)) < 0;
    const std::string &of_a = archive_.directory(a.directory),
                      &of_b = archive_.directory(b.directory);
    auto [at_a, at_b] = std::mismatch(of_a.begin(), of_a.end(), of_b.begin(), of_b.end());
    if (at_a != of_a.end() && at_b != of_b.end())
        return static_cast<unsigned char>(*at_a) < static_cast<unsigned char>(*at_b);
    return archive_.path(a) < archive_.path(b);
}

bool Archive::Reader::is_before(const ArchiveFile& a, const ArchiveFile& b) const {
    return a.time != b.time ? a.time < b.time : has_path_before(a, b);
}

/// Those from `from` on. What is read in order, as most archives are, is only looked at.
void Archive::Reader::sort_frames(std::size_t from) {
    auto before = [this](const ArchiveFile& a, const ArchiveFile& b) { return is_before(a, b); };
    auto begin = archive_.frames.begin() + static_cast<std::ptrdiff_t>(from);
    if (!std::is_sorted(begin, archive_.frames.end(), before))
        std::sort(begin, archive_.frames.end(), before);
}

void Archive::Reader::sort_others(std::size_t from) {
    auto before = [this](const ArchiveFile& a, const ArchiveFile& b) {
        return has_path_before(a, b);
    };
    auto begin = archive_.others.begin() + static_cast<std::ptrdiff_t>(from);
    if (!std::is_sorted(begin, archive_.others.end(), before))
        std::sort(begin, archive_.others.end(), before);
}

/// The first frame named by its time in a directory that was not entered, alone.
std::optional<Archive> Archive::Reader::glimpse(const Pending& skipped) const {
    Reader reader{archive_.root_, {.zone = query_.zone, .kind = query_.kind}};
    reader.archive_.directories_.push_back(archive_.directories_[skipped.directory]);
    reader.known_.emplace_back();
    reader.pending_ = {skipped};
    reader.pending_.front().directory = 1;
    reader.walk(Until::first_frame);
    return reader.archive_.frames.empty() ? std::nullopt
                                          : std::optional{std::move(reader.archive_)};
}

/// If any file is named by its time, only such files are frames.
void Archive::Reader::settle_frames() {
    if (undated_.empty())
        return;
    const bool any_named =
        !archive_.frames.empty() ||
        std::any_of(skipped_.begin(), skipped_.end(),
                    [this](const Pending& skipped) { return glimpse(skipped).has_value(); });
    if (any_named)
        archive_.others.insert(archive_.others.end(), undated_.begin(), undated_.end());
    else
        date_by_content();
    undated_.clear();
}

/// Times from EXIF, else from the file itself.
void Archive::Reader::date_by_content() {
    for (ArchiveFile& file : undated_) {
        if (file.directory != standing_ || &file == &undated_.front())
            stand_in(file.directory);
        const fs::path path = archive_.root_ / archive_.path(file);
        boost::system::error_code ignored;
        file.time = Instant{std::chrono::seconds{fs::last_write_time(path, ignored)}};
        file.from = ArchiveEntry::TimeFrom::mtime;
        try {
            if (query_.kind == ArchiveQuery::Kind::frames) {
                if (auto time = metadata_of(Frame{read_file(path)}, query_.zone).time) {
                    file.time = *time;
                    file.from = ArchiveEntry::TimeFrom::exif;
                }
            }
        } catch (const Error&) {
            // Not readable, or not a JPEG: listed all the same, so that whoever opens it can say
            // so.
        }
        file.camera = camera_of(file.time, "");
        archive_.frames.push_back(file);
    }
}

/// Leaves the frames of the camera that is wanted. False when some without a name, which were
/// counted as its own, went.
bool Archive::Reader::settle_camera() {
    auto has_name = [](const ArchiveFile& frame) { return frame.camera != 0; };
    // Of a directory that was not entered, one frame speaks for all.
    auto has_name_in = [&](const Pending& skipped) {
        std::optional<Archive> seen = glimpse(skipped);
        return seen && has_name(seen->frames.front());
    };
    std::vector<ArchiveFile>& frames = archive_.frames;
    if (query_.camera.empty() || frames.empty() ||
        (std::none_of(frames.begin(), frames.end(), has_name) &&
         std::none_of(skipped_.begin(), skipped_.end(), has_name_in)))
        return true;
    const bool all_have = std::all_of(frames.begin(), frames.end(), has_name);
    std::erase_if(frames, [this](const ArchiveFile& frame) {
        return archive_.camera(frame) != query_.camera;
    });
    return all_have;
}

void Archive::Reader::resolve_links() {
    if (archive_.links.empty())
        return;
    const std::string root = real_path(archive_.root_.string());
    const std::string above = root == "/" ? root : root + "/";
    std::vector<Link> resolved;
    for (const Link& link : archive_.links) {
        bool stays = false;
        for (const std::string& place : places_of_link(above + archive_.path(link.file)))
            if (place.starts_with(above)) {
                resolved.push_back({link.file, place.substr(above.size())});
                stays = true;
            }
        if (!stays)
            resolved.push_back({link.file, ""});
    }
    archive_.links = std::move(resolved);
}

/// Directories are known before those in them.
void Archive::Reader::find_empty() {
    for (std::size_t i = known_.size(); i-- > 1;) {
        const Known& known = known_[i];
        if (known.holds > 0 || !known.end)
            continue;
        archive_.empty.push_back({static_cast<std::uint32_t>(i), *known.end});
        --known_[known.above].holds;
    }
    auto key = [this](const EmptyDirectory& empty) {
        const std::string& path = archive_.directory(empty.directory);
        return std::pair{-std::count(path.begin(), path.end(), '/'), std::string_view{path}};
    };
    std::sort(archive_.empty.begin(), archive_.empty.end(),
              [&](const EmptyDirectory& a, const EmptyDirectory& b) { return key(a) < key(b); });
}

Archive read_archive(const fs::path& directory, const ArchiveQuery& query) {
    return Archive::Reader{directory, query}.read();
}

} // namespace img
