// SQLite's room: values, transactions, and what its errors become.

#include "foreign/sqlite.hpp"

#include "../scratch.hpp"
#include "base/error.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

using namespace img;

namespace {

constexpr const char* damaged = "is damaged";
constexpr Duration patience{50};

SqliteDatabase open_sqlite(const fs::path& path,
                           SqliteDatabase::Access access = SqliteDatabase::Access::write) {
    return {path, access, patience, damaged};
}

Exit status_of_opening(const fs::path& path) {
    try {
        open_sqlite(path).execute("CREATE TABLE t (a)");
    } catch (const Error& error) {
        CHECK(std::string{error.what()}.starts_with(path.string() + ": "));
        return error.status();
    }
    return Exit::ok;
}

} // namespace

TEST_CASE("sqlite: values come back as they were bound, whatever bytes they are of") {
    Scratch scratch;
    SqliteDatabase database = open_sqlite(scratch / "a");
    database.execute("CREATE TABLE t (a, b, c)");
    const std::string odd = "a'b\"\n\xff\xc3 %";
    database.prepare("INSERT INTO t VALUES (?, ?, ?)")
        .bind(1, std::int64_t{-5'000'000'000})
        .bind(2, odd)
        .bind(3, std::optional<std::int64_t>{})
        .run();
    SqliteStatement rows = database.prepare("SELECT a, b, c FROM t");
    REQUIRE(rows.step());
    CHECK(rows.integer(0) == -5'000'000'000);
    CHECK(rows.optional_integer(0) == -5'000'000'000);
    CHECK(rows.text(1) == odd);
    CHECK(rows.optional_integer(2) == std::nullopt);
    CHECK(rows.text(2).empty());
    CHECK_FALSE(rows.step());
}

TEST_CASE("sqlite: a statement that is at its end begins anew") {
    Scratch scratch;
    SqliteDatabase database = open_sqlite(scratch / "a");
    database.execute("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    SqliteStatement rows = database.prepare("SELECT a FROM t WHERE a = ?");
    CHECK(rows.bind(1, std::int64_t{1}).step());
    CHECK_FALSE(rows.step());
    CHECK_FALSE(rows.bind(1, std::int64_t{2}).step());
    CHECK(rows.bind(1, std::int64_t{1}).step());
}

TEST_CASE("sqlite: a transaction that is not committed leaves nothing") {
    Scratch scratch;
    SqliteDatabase database = open_sqlite(scratch / "a");
    database.execute("CREATE TABLE t (a)");
    {
        SqliteTransaction transaction{database};
        database.execute("INSERT INTO t VALUES (1)");
    }
    CHECK(database.number("SELECT count(*) FROM t") == 0);
    SqliteTransaction transaction{database};
    database.execute("INSERT INTO t VALUES (1)");
    transaction.commit();
    CHECK(database.number("SELECT count(*) FROM t") == 1);
}

TEST_CASE("sqlite: a database is for its owner only, and so is its log") {
    Scratch scratch;
    SqliteDatabase database = open_sqlite(scratch / "a?b%20 c");
    database.execute("CREATE TABLE t (a)");
    CHECK(scratch.names() == std::set<std::string>{"a?b%20 c", "a?b%20 c-shm", "a?b%20 c-wal"});
    for (const std::string& name : scratch.names()) {
        struct stat status {};
        REQUIRE(::stat((scratch / name).c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0600);
    }
}

TEST_CASE("sqlite: reading makes nothing, without its log as well, and sees what is written") {
    Scratch scratch;
    {
        SqliteDatabase database = open_sqlite(scratch / "a");
        database.execute("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
        SqliteDatabase reader = open_sqlite(scratch / "a", SqliteDatabase::Access::read);
        CHECK(reader.number("SELECT count(*) FROM t") == 1);
        SqliteTransaction transaction{database};
        database.execute("INSERT INTO t VALUES (2)");
        CHECK(reader.number("SELECT count(*) FROM t") == 1);
        transaction.commit();
        CHECK(reader.number("SELECT count(*) FROM t") == 2);
        CHECK_THROWS_AS(reader.execute("INSERT INTO t VALUES (3)"), Error);
    }
    fs::remove(scratch / "a-wal");
    fs::remove(scratch / "a-shm");
    SqliteDatabase reader = open_sqlite(scratch / "a", SqliteDatabase::Access::read);
    CHECK(reader.number("SELECT count(*) FROM t") == 2);
    CHECK(scratch.names() == std::set<std::string>{"a"});
}

TEST_CASE("sqlite: a database that others keep busy is unavailable") {
    Scratch scratch;
    SqliteDatabase one = open_sqlite(scratch / "a"), other = open_sqlite(scratch / "a");
    one.execute("CREATE TABLE t (a)");
    SqliteTransaction transaction{one};
    try {
        SqliteTransaction second{other};
        FAIL("both write");
    } catch (const Error& error) {
        CHECK(error.status() == Exit::unavailable);
        CHECK(std::string{error.what()} == (scratch / "a").string() + ": others keep it busy");
    }
}

TEST_CASE("sqlite: what is no database is said to be damaged, and one cut off as well") {
    Scratch scratch;
    write_file(scratch / "text", bytes_of(std::string(5000, 'x')));
    CHECK_THROWS_WITH_AS(open_sqlite(scratch / "text"),
                         ((scratch / "text").string() + ": is damaged").c_str(), Error);
    {
        SqliteDatabase database = open_sqlite(scratch / "cut");
        database.execute("CREATE TABLE t (a)");
        for (int i = 0; i < 1000; ++i)
            database.execute("INSERT INTO t VALUES (hex(randomblob(50)))");
    }
    fs::resize_file(scratch / "cut", 8192);
    CHECK_THROWS_WITH_AS(open_sqlite(scratch / "cut").number("SELECT count(*) FROM t"),
                         ((scratch / "cut").string() + ": is damaged").c_str(), Error);
}

TEST_CASE("sqlite: a database that cannot be made failed, and a full disk is unavailable") {
    Scratch scratch;
    CHECK(status_of_opening(scratch / "none/a") == Exit::failed);
    SqliteDatabase database = open_sqlite(scratch / "a");
    database.execute("PRAGMA max_page_count = 3; CREATE TABLE t (a)");
    try {
        database.execute("INSERT INTO t VALUES (hex(randomblob(50000)))");
        FAIL("there is no room for it");
    } catch (const Error& error) {
        CHECK(error.status() == Exit::unavailable);
    }
}
