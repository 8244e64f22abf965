// SQLite: a database in one file, loaded at run time.

#include "foreign/sqlite.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/url.hpp"
#include "foreign/shared_library.hpp"

#include <cerrno>
#include <fcntl.h>

#include <sqlite3.h>

namespace img {

namespace {

struct SqliteLibrary {
    void* library =
        open_library("libsqlite3.so.0", " is not installed, and is needed for what is on record");
    IMG_FUNCTION(library, sqlite3_bind_int64);
    IMG_FUNCTION(library, sqlite3_bind_null);
    IMG_FUNCTION(library, sqlite3_bind_text);
    IMG_FUNCTION(library, sqlite3_busy_timeout);
    IMG_FUNCTION(library, sqlite3_close_v2);
    IMG_FUNCTION(library, sqlite3_column_bytes);
    IMG_FUNCTION(library, sqlite3_column_int64);
    IMG_FUNCTION(library, sqlite3_column_text);
    IMG_FUNCTION(library, sqlite3_column_type);
    IMG_FUNCTION(library, sqlite3_errmsg);
    IMG_FUNCTION(library, sqlite3_errstr);
    IMG_FUNCTION(library, sqlite3_exec);
    IMG_FUNCTION(library, sqlite3_file_control);
    IMG_FUNCTION(library, sqlite3_finalize);
    IMG_FUNCTION(library, sqlite3_open_v2);
    IMG_FUNCTION(library, sqlite3_prepare_v2);
    IMG_FUNCTION(library, sqlite3_reset);
    IMG_FUNCTION(library, sqlite3_step);
};

const SqliteLibrary& sqlite() {
    static const SqliteLibrary loaded;
    return loaded;
}

/// Makes the file before SQLite does, which would let the umask decide who reads it. What SQLite
/// makes beside it takes its permissions from it.
void make_private(const fs::path& path) {
    Fd made{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (!made && errno != EEXIST)
        throw_errno(path.string(), errno);
}

} // namespace

struct SqliteDatabase::Impl {
    const SqliteLibrary& library = sqlite(); ///< so that it is there when this ends
    std::string path, damaged;
    sqlite3* handle = nullptr;

    Impl(const fs::path& path_, const std::string& damaged_)
        : path(path_.string()), damaged(damaged_) {}
    Impl(const Impl&) = delete;
    ~Impl() { library.sqlite3_close_v2(handle); }

    [[noreturn]] void fail(int code) const {
        switch (code & 0xff) { // without what extends it
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
            throw Error(str(path, ": ", damaged));
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
            throw Error(str(path, ": others keep it busy"), Exit::unavailable);
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_NOMEM:
            throw Error(str(path, ": ", sqlite().sqlite3_errstr(code & 0xff)), Exit::unavailable);
        default:
            throw Error(str(path, ": ", printable(sqlite().sqlite3_errmsg(handle))));
        }
    }
    void check(int code) const {
        if (code != SQLITE_OK)
            fail(code);
    }
};

SqliteDatabase::SqliteDatabase(const fs::path& path, Access access, Duration patience,
                               const std::string& damaged)
    : impl_(std::make_unique<Impl>(path, damaged)) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
    std::string name = "file:" + percent_encode(fs::absolute(path).string());
    if (access == Access::write) {
        make_private(path);
        flags |= SQLITE_OPEN_READWRITE;
    } else {
        flags |= SQLITE_OPEN_READONLY;
        // Writers leave their log, empty, so that readers need not make one. Without it there has
        // been none since the file was put there.
        boost::system::error_code ignored;
        if (!fs::exists(path.string() + "-wal", ignored))
            name += "?immutable=1";
    }
    int code = sqlite().sqlite3_open_v2(name.c_str(), &impl_->handle, flags, nullptr);
    impl_->check(code);
    impl_->check(sqlite().sqlite3_busy_timeout(impl_->handle, static_cast<int>(patience.count())));
    if (access == Access::read)
        return;
    int persist = 1;
    impl_->check(
        sqlite().sqlite3_file_control(impl_->handle, "main", SQLITE_FCNTL_PERSIST_WAL, &persist));
    execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
            "PRAGMA journal_size_limit = 1048576");
}

SqliteDatabase::SqliteDatabase(SqliteDatabase&&) noexcept = default;
SqliteDatabase::~SqliteDatabase() = default;

void SqliteDatabase::execute(const std::string& sql) {
    impl_->check(sqlite().sqlite3_exec(impl_->handle, sql.c_str(), nullptr, nullptr, nullptr));
}

std::int64_t SqliteDatabase::number(const std::string& sql) const {
    SqliteStatement statement = prepare(sql);
    return statement.step() ? statement.integer(0) : 0;
}

struct SqliteStatement::Impl {
    const SqliteDatabase::Impl& database;
    sqlite3_stmt* handle = nullptr;

    explicit Impl(const SqliteDatabase::Impl& database_) : database(database_) {}
    Impl(const Impl&) = delete;
    ~Impl() { sqlite().sqlite3_finalize(handle); }
};

SqliteStatement SqliteDatabase::prepare(const std::string& sql) const {
    auto statement = std::make_unique<SqliteStatement::Impl>(*impl_);
    impl_->check(sqlite().sqlite3_prepare_v2(
        impl_->handle, sql.c_str(), static_cast<int>(sql.size()) + 1, &statement->handle, nullptr));
    return SqliteStatement{std::move(statement)};
}

SqliteStatement::SqliteStatement(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqliteStatement::SqliteStatement(SqliteStatement&&) noexcept = default;
SqliteStatement::~SqliteStatement() = default;

SqliteStatement& SqliteStatement::bind(int index, std::int64_t value) {
    impl_->database.check(sqlite().sqlite3_bind_int64(impl_->handle, index, value));
    return *this;
}

SqliteStatement& SqliteStatement::bind(int index, std::string_view value) {
    // SQLITE_TRANSIENT: it makes a copy.
    impl_->database.check(sqlite().sqlite3_bind_text(
        impl_->handle, index, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT));
    return *this;
}

SqliteStatement& SqliteStatement::bind(int index, std::optional<std::int64_t> value) {
    if (value)
        return bind(index, *value);
    impl_->database.check(sqlite().sqlite3_bind_null(impl_->handle, index));
    return *this;
}

bool SqliteStatement::step() {
    int code = sqlite().sqlite3_step(impl_->handle);
    if (code == SQLITE_ROW)
        return true;
    sqlite().sqlite3_reset(impl_->handle);
    if (code != SQLITE_DONE)
        impl_->database.fail(code);
    return false;
}

void SqliteStatement::run() {
    while (step())
        continue;
}

std::int64_t SqliteStatement::integer(int column) const {
    return sqlite().sqlite3_column_int64(impl_->handle, column);
}

std::optional<std::int64_t> SqliteStatement::optional_integer(int column) const {
    return sqlite().sqlite3_column_type(impl_->handle, column) == SQLITE_NULL
               ? std::nullopt
               : std::optional{integer(column)};
}

std::string SqliteStatement::text(int column) const {
    const unsigned char* text = sqlite().sqlite3_column_text(impl_->handle, column);
    int bytes = sqlite().sqlite3_column_bytes(impl_->handle, column);
    return text ? std::string{reinterpret_cast<const char*>(text), static_cast<std::size_t>(bytes)}
                : "";
}

SqliteTransaction::SqliteTransaction(SqliteDatabase& database) : database_(database) {
    database_.execute("BEGIN IMMEDIATE");
}

SqliteTransaction::~SqliteTransaction() {
    if (!open_)
        return;
    try {
        database_.execute("ROLLBACK");
    } catch (const Error&) {
        // Where the disk was full, SQLite has rolled back by itself.
    }
}

void SqliteTransaction::commit() {
    database_.execute("COMMIT");
    open_ = false;
}

} // namespace img
