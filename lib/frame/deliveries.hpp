// What of an archive has arrived where: a record that outlives every crash.
#pragma once

#include "base/file.hpp"
#include "base/fs.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace img {

/// What is on record of one file and one remote.
struct Delivery {
    std::string path; ///< below the archive's directory
    /// Of the file that this is about; another size or time means another file.
    std::uint64_t bytes = 0;
    std::int64_t changed = 0; ///< nanoseconds since 1970
    enum class Kind : std::uint8_t {
        arrived,  ///< it is there, whole
        refused,  ///< the remote will never take it
        given_up, ///< it was too old to be sent before the remote could be reached
        begun,    ///< it was about to be sent: it may be there
    } kind = Kind::arrived;
    bool is_frame = true; ///< named by its time, so that it may be deleted there
};

/// How it goes with a remote.
struct RemoteHealth {
    std::optional<Instant> last_attempt, last_success, last_error_at;
    std::string last_error; ///< empty: none since the last success
    int failures = 0;       ///< in a row
};

/// The record of one archive and one remote, in a database that all of them share. What a call has
/// changed outlives a crash of the program. A power cut may take back the last of it, as a whole;
/// these files are sent again.
class Deliveries {
public:
    enum class Access { write, read };
    /// `remote` without secrets, as it is shown. Makes `state` and the database with Access::write;
    /// Access::read makes and changes nothing, and with no database there, nothing is on record.
    /// Throws Error: unavailable when it is busy or the disk full, failed when it is none of ours.
    Deliveries(const fs::path& state, const fs::path& archive, const std::string& remote,
               Access access);
    Deliveries(Deliveries&&) noexcept;
    ~Deliveries();

    /// All of the remote, in the order of their paths (by bytes); one at a time, so that a million
    /// need no memory. `use` changes nothing here.
    void each(const std::function<void(const Delivery&)>& use) const;
    /// What is on record of one file.
    std::optional<Delivery> of(const std::string& path) const;
    bool empty() const;
    /// In one transaction. A path that is on record is replaced.
    void record(const std::vector<Delivery>& deliveries);
    /// The same, of what is `begun`; what has arrived stays on record as it is.
    void record_begun(const std::vector<Delivery>& deliveries);
    void forget(const std::vector<std::string>& paths);

    RemoteHealth health() const;
    void attempted(Instant at);
    void succeeded(Instant at);
    void failed(Instant at, const std::string& why);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The remotes that `archive` is published to, by the record in `state`.
std::vector<std::string> remotes_on_record(const fs::path& state, const fs::path& archive);

/// Held while one program delivers to a remote.
class DeliveryLock {
public:
    /// Throws Error{unavailable} when another program holds it.
    DeliveryLock(const fs::path& state, const fs::path& archive, const std::string& remote);
    /// Where the holder may put what only it needs, in a directory that is made by whom it serves.
    const fs::path& directory() const { return directory_; }

private:
    Fd fd_;
    fs::path directory_;
};

} // namespace img
