// A file of the archive while it is uploaded: what is sent is what was listed.

#include "verb/sync/upload_file.hpp"

#include "base/error.hpp"
#include "base/stop.hpp"
#include "base/text.hpp"
#include "base/url.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace img {

std::shared_ptr<const UploadFile> UploadFile::open(const fs::path& archive, const SyncFile& file) {
    fs::path path = archive / file.path;
    // What has become a pipe must not keep us waiting.
    Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (!fd && (errno == ENOENT || errno == ENOTDIR))
        return nullptr;
    if (!fd)
        throw_errno(path.string(), errno);
    std::shared_ptr<UploadFile> opened{new UploadFile(file)};
    opened->fd_ = std::make_shared<const Fd>(std::move(fd));
    return opened->is_as_listed() ? opened : nullptr;
}

bool UploadFile::is_as_listed() const {
    struct stat about {};
    if (::fstat(**fd_, &about) != 0 || !S_ISREG(about.st_mode))
        return false;
    std::int64_t changed =
        std::int64_t{about.st_mtim.tv_sec} * 1'000'000'000 + about.st_mtim.tv_nsec;
    return static_cast<std::uint64_t>(about.st_size) == listed_.bytes && changed == listed_.changed;
}

std::optional<Sha256> UploadFile::sum(std::uint64_t offset, std::uint64_t bytes) const {
    std::array<std::uint8_t, 64 << 10> piece; // written before it is read
    Sha256Sum sum;
    while (bytes > 0) {
        if (stop_requested())
            throw Error(listed_.path + ": interrupted", Exit::unavailable);
        std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), bytes));
        ssize_t got = ::pread(**fd_, piece.data(), want, static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw_errno(listed_.path, errno);
        if (got == 0)
            return std::nullopt;
        sum.add({piece.data(), static_cast<std::size_t>(got)});
        offset += static_cast<std::uint64_t>(got);
        bytes -= static_cast<std::uint64_t>(got);
    }
    return sum.take();
}

std::string encoded_path(std::string_view path) {
    std::string out;
    for (std::string_view part : split(path, '/')) {
        if (!out.empty() || part.empty())
            out += '/';
        out += percent_encode(part);
    }
    return out;
}

std::string server_words(std::string_view body) {
    body = trim(body);
    if (body.starts_with('<')) {
        constexpr std::string_view title = "<title>";
        std::size_t start = body.find(title);
        if (start == std::string_view::npos)
            return {};
        body.remove_prefix(start + title.size());
        body = trim(body.substr(0, body.find('<')));
        body.remove_prefix(std::min(body.find_first_not_of("0123456789 "), body.size())); // status
    }
    return printable(trim(body.substr(0, body.find('\n'))));
}

} // namespace img
