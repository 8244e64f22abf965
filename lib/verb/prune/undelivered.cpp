// Which frames a remote has not got yet, by the record of deliveries.

#include "verb/prune.hpp"

#include "base/log.hpp"
#include "frame/deliveries.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace img {

namespace {

/// Finds a frame by its path; of a million the paths themselves would be too much to keep.
class FramesByPath {
public:
    explicit FramesByPath(const Archive& archive) : archive_(archive) {
        places_.reserve(archive.frames.size());
        for (std::size_t i = 0; i < archive.frames.size(); ++i)
            places_.emplace_back(hash(archive.path(archive.frames[i])), i);
        std::ranges::sort(places_);
    }

    std::optional<std::size_t> find(const std::string& path) const {
        const std::pair<std::size_t, std::size_t> first{hash(path), 0};
        for (auto at = std::ranges::lower_bound(places_, first);
             at != places_.end() && at->first == first.first; ++at)
            if (archive_.path(archive_.frames[at->second]) == path)
                return at->second;
        return std::nullopt;
    }

private:
    static std::size_t hash(std::string_view path) { return std::hash<std::string_view>{}(path); }

    const Archive& archive_;
    std::vector<std::pair<std::size_t, std::size_t>> places_; ///< hash and index, sorted
};

} // namespace

void hold_undelivered(std::vector<PruneItem>& items, const Archive& archive,
                      const fs::path& state) {
    const std::vector<std::string> remotes = remotes_on_record(state, archive.root());
    if (remotes.empty())
        log_note(str(archive.root().string(), ": no remote is on record in ", state.string(),
                     ": nothing counts as delivered"));
    std::vector<std::size_t> arrived(items.size());
    const FramesByPath frames{archive};
    for (const std::string& remote : remotes) {
        const Deliveries deliveries{state, archive.root(), remote, Deliveries::Access::read};
        deliveries.each([&](const Delivery& delivery) {
            const std::optional<std::size_t> at = frames.find(delivery.path);
            if (!at)
                return;
            // Another size or time is another file, which has not been seen to.
            const ArchiveFile& frame = archive.frames[*at];
            if (delivery.kind != Delivery::Kind::begun && frame.bytes == delivery.bytes &&
                frame.changed == delivery.changed)
                ++arrived[*at];
        });
    }
    for (std::size_t i = 0; i < items.size(); ++i)
        items[i].undelivered = remotes.empty() || arrived[i] < remotes.size();
}

} // namespace img
