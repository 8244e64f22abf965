// What of an archive has arrived where: a record that outlives every crash.

#include "frame/deliveries.hpp"

#include "base/error.hpp"
#include "foreign/sqlite.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>

namespace img {

namespace {

constexpr std::int64_t application = 0x696d6773; // "imgs", in the file's header
constexpr std::int64_t version = 1;
constexpr Duration patience{10'000};

/// Times are milliseconds since 1970. A path may hold any bytes, and texts compare by bytes.
constexpr const char* schema = R"(
CREATE TABLE remote (
    id INTEGER PRIMARY KEY,
    archive TEXT NOT NULL,
    address TEXT NOT NULL,
    last_attempt INTEGER,
    last_success INTEGER,
    last_error_at INTEGER,
    last_error TEXT NOT NULL DEFAULT '',
    failures INTEGER NOT NULL DEFAULT 0,
    UNIQUE (archive, address)
);
CREATE TABLE delivery (
    remote INTEGER NOT NULL REFERENCES remote (id),
    path TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    is_frame INTEGER NOT NULL,
    PRIMARY KEY (remote, path)
) WITHOUT ROWID;
)";

fs::path database_in(const fs::path& state) {
    return state / "imgsync.sqlite";
}

/// One archive is one, however its path is spelled; it need not be there.
std::string archive_name(const fs::path& archive) {
    boost::system::error_code code;
    fs::path whole = fs::weakly_canonical(fs::absolute(archive), code);
    if (code)
        throw_errno(archive.string(), code.value());
    return whole.string();
}

void make_state(const fs::path& state) {
    boost::system::error_code code;
    fs::create_directories(state, code);
    if (code)
        throw_errno(state.string(), code.value());
}

/// FNV-1a of 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/).
std::uint64_t fnv(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return hash;
}

SqliteDatabase open_database(const fs::path& state, SqliteDatabase::Access access) {
    return {database_in(state), access, patience,
            "is no record of imgsync, or damaged; move it away, and all is sent again"};
}

enum class Content { ours, none };

Content check_content(const SqliteDatabase& database, const fs::path& state) {
    std::int64_t whose = database.number("PRAGMA application_id");
    std::int64_t which = database.number("PRAGMA user_version");
    if (whose == 0 && which == 0 && database.number("SELECT count(*) FROM sqlite_master") == 0)
        return Content::none;
    std::string place = database_in(state).string();
    if (whose != application)
        throw Error(place + ": is no record of imgsync; move it away, and all is sent again");
    if (which != version)
        throw Error(str(place, ": is of version ", which, ", which this imgsync cannot read"));
    return Content::ours;
}

SqliteDatabase writable_database(const fs::path& state) {
    make_state(state);
    // One at a time: two that turn the log on at once get in each other's way. Where directories
    // cannot be locked, SQLite's own locks must do.
    Fd directory{::open(state.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (directory)
        ::flock(*directory, LOCK_EX);
    SqliteDatabase database = open_database(state, SqliteDatabase::Access::write);
    if (check_content(database, state) == Content::none) {
        SqliteTransaction transaction{database};
        database.execute(schema);
        database.execute(str("PRAGMA application_id = ", application));
        database.execute(str("PRAGMA user_version = ", version));
        transaction.commit();
    }
    return database;
}

/// nullopt where there is none.
std::optional<SqliteDatabase> readable_database(const fs::path& state) {
    boost::system::error_code code;
    if (!fs::exists(database_in(state), code)) {
        if (code && code.value() != ENOENT && code.value() != ENOTDIR)
            throw_errno(database_in(state).string(), code.value());
        return std::nullopt;
    }
    SqliteDatabase database = open_database(state, SqliteDatabase::Access::read);
    if (check_content(database, state) == Content::none)
        return std::nullopt;
    return database;
}

std::optional<Instant> instant(std::optional<std::int64_t> milliseconds) {
    return milliseconds ? std::optional{Instant{Duration{*milliseconds}}} : std::nullopt;
}

std::int64_t number(Instant instant) {
    return instant.time_since_epoch().count();
}

/// Of a row that begins with path, bytes, changed, kind and is_frame.
Delivery delivery_in(const SqliteStatement& row) {
    return {row.text(0), static_cast<std::uint64_t>(row.integer(1)), row.integer(2),
            static_cast<Delivery::Kind>(row.integer(3)), row.integer(4) != 0};
}

} // namespace

struct Deliveries::Impl {
    std::optional<SqliteDatabase> database; ///< absent: nothing is on record
    std::int64_t remote = 0;                ///< its row; 0: none

    Impl(const fs::path& state, Access access)
        : database(access == Access::read ? readable_database(state) : writable_database(state)) {}
    SqliteStatement prepare(const std::string& sql) const { return database->prepare(sql); }
    std::int64_t find(const std::string& archive, const std::string& address) const {
        SqliteStatement row = prepare("SELECT id FROM remote WHERE archive = ? AND address = ?");
        return row.bind(1, archive).bind(2, address).step() ? row.integer(0) : 0;
    }
    void record(const std::vector<Delivery>& deliveries, const char* sql) {
        if (deliveries.empty())
            return;
        SqliteTransaction transaction{*database};
        SqliteStatement insert = prepare(sql);
        for (const Delivery& delivery : deliveries)
            insert.bind(1, remote)
                .bind(2, delivery.path)
                .bind(3, static_cast<std::int64_t>(delivery.bytes))
                .bind(4, delivery.changed)
                .bind(5, static_cast<std::int64_t>(delivery.kind))
                .bind(6, std::int64_t{delivery.is_frame})
                .run();
        transaction.commit();
    }
    void add(const std::string& archive, const std::string& address) {
        SqliteTransaction transaction{*database};
        prepare("INSERT OR IGNORE INTO remote (archive, address) VALUES (?, ?)")
            .bind(1, archive)
            .bind(2, address)
            .run();
        transaction.commit();
    }
};

Deliveries::Deliveries(const fs::path& state, const fs::path& archive, const std::string& remote,
                       Access access)
    : impl_(std::make_unique<Impl>(state, access)) {
    if (!impl_->database)
        return;
    std::string name = archive_name(archive);
    impl_->remote = impl_->find(name, remote);
    if (impl_->remote != 0 || access == Access::read)
        return;
    impl_->add(name, remote);
    impl_->remote = impl_->find(name, remote);
}

Deliveries::Deliveries(Deliveries&&) noexcept = default;
Deliveries::~Deliveries() = default;

void Deliveries::each(const std::function<void(const Delivery&)>& use) const {
    if (impl_->remote == 0)
        return;
    SqliteStatement rows = impl_->prepare("SELECT path, bytes, changed, kind, is_frame "
                                          "FROM delivery WHERE remote = ? ORDER BY path");
    rows.bind(1, impl_->remote);
    while (rows.step())
        use(delivery_in(rows));
}

std::optional<Delivery> Deliveries::of(const std::string& path) const {
    if (impl_->remote == 0)
        return std::nullopt;
    SqliteStatement row = impl_->prepare("SELECT path, bytes, changed, kind, is_frame "
                                         "FROM delivery WHERE remote = ? AND path = ?");
    row.bind(1, impl_->remote).bind(2, path);
    return row.step() ? std::optional{delivery_in(row)} : std::nullopt;
}

bool Deliveries::empty() const {
    if (impl_->remote == 0)
        return true;
    SqliteStatement row = impl_->prepare("SELECT 1 FROM delivery WHERE remote = ? LIMIT 1");
    return !row.bind(1, impl_->remote).step();
}

void Deliveries::record(const std::vector<Delivery>& deliveries) {
    impl_->record(deliveries, "INSERT OR REPLACE INTO delivery VALUES (?, ?, ?, ?, ?, ?)");
}

void Deliveries::record_begun(const std::vector<Delivery>& deliveries) {
    impl_->record(deliveries, str("INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?) "
                                  "ON CONFLICT DO UPDATE SET kind = excluded.kind WHERE kind <> ",
                                  static_cast<int>(Delivery::Kind::arrived))
                                  .c_str());
}

void Deliveries::forget(const std::vector<std::string>& paths) {
    if (paths.empty())
        return;
    SqliteTransaction transaction{*impl_->database};
    SqliteStatement erase = impl_->prepare("DELETE FROM delivery WHERE remote = ? AND path = ?");
    for (const std::string& path : paths)
        erase.bind(1, impl_->remote).bind(2, path).run();
    transaction.commit();
}

RemoteHealth Deliveries::health() const {
    RemoteHealth health;
    if (impl_->remote == 0)
        return health;
    SqliteStatement row = impl_->prepare(
        "SELECT last_attempt, last_success, last_error_at, last_error, failures FROM remote "
        "WHERE id = ?");
    if (row.bind(1, impl_->remote).step())
        health = {instant(row.optional_integer(0)), instant(row.optional_integer(1)),
                  instant(row.optional_integer(2)), row.text(3), static_cast<int>(row.integer(4))};
    return health;
}

void Deliveries::attempted(Instant at) {
    impl_->prepare("UPDATE remote SET last_attempt = ? WHERE id = ?")
        .bind(1, number(at))
        .bind(2, impl_->remote)
        .run();
}

void Deliveries::succeeded(Instant at) {
    impl_->prepare("UPDATE remote SET last_success = ?, last_error = '', failures = 0 WHERE id = ?")
        .bind(1, number(at))
        .bind(2, impl_->remote)
        .run();
}

void Deliveries::failed(Instant at, const std::string& why) {
    impl_
        ->prepare("UPDATE remote SET last_error_at = ?, last_error = ?, failures = failures + 1 "
                  "WHERE id = ?")
        .bind(1, number(at))
        .bind(2, why)
        .bind(3, impl_->remote)
        .run();
}

std::vector<std::string> remotes_on_record(const fs::path& state, const fs::path& archive) {
    std::vector<std::string> remotes;
    std::optional<SqliteDatabase> database = readable_database(state);
    if (!database)
        return remotes;
    SqliteStatement rows =
        database->prepare("SELECT address FROM remote WHERE archive = ? ORDER BY address");
    rows.bind(1, archive_name(archive));
    while (rows.step())
        remotes.push_back(rows.text(0));
    return remotes;
}

DeliveryLock::DeliveryLock(const fs::path& state, const fs::path& archive,
                           const std::string& remote) {
    make_state(state);
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx",
                  static_cast<unsigned long long>(fnv(archive_name(archive) + '\n' + remote)));
    directory_ = state / str("imgsync-", digits);
    fs::path path = directory_.string() + ".lock";
    fd_ = Fd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (!fd_)
        throw_errno(path.string(), errno);
    if (::flock(*fd_, LOCK_EX | LOCK_NB) == 0)
        return;
    if (errno == EWOULDBLOCK)
        throw Error(remote + ": another imgsync is at work on it", Exit::unavailable);
    throw_errno(path.string(), errno);
}

} // namespace img
