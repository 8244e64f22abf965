#include "verb/road/history.hpp"

#include "../scratch.hpp"
#include "base/error.hpp"
#include "road_weather_maker.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono;

namespace {

const Instant now = instant_of("2026-01-15T12:00:00Z");

RoadMoment moment_at(Instant time) {
    return {time, "Ice Possible", "Light", "frost", 0.2, true, -1.5, 0.4, "Moderate"};
}

} // namespace

TEST_CASE("history: what is written is read, absent figures too") {
    RoadMoment bare;
    bare.time = now;
    bare.condition = "Unknown";
    std::vector<RoadMoment> moments{moment_at(now - hours{1}), bare};
    CHECK(parse_history(history_text(moments)) == moments);
}

TEST_CASE("history: damaged lines are skipped, others stay, in the order of time") {
    std::string text = history_text({moment_at(now)}) + "{\"time\":\"2026-01-1\n" +
                       "\n<html>\n[1]\n{\"time\":7}\n{\"condition\":\"Light\"}\n" +
                       R"({"time":"2026-01-15T11:00:00Z","coverage":7})" + "\n" +
                       R"({"time":"2026-01-15T11:00:00Z","coverage":"much"})" + "\n" +
                       history_text({moment_at(now - hours{2})});
    std::vector<RoadMoment> moments = parse_history(text);
    REQUIRE(moments.size() == 2);
    CHECK(moments[0].time == now - hours{2});
}

TEST_CASE("history: 24 hours are kept, nothing of the future") {
    std::vector<RoadMoment> kept =
        trimmed({moment_at(now - hours{24} - seconds{1}), moment_at(now - hours{24}),
                 moment_at(now + minutes{5}), moment_at(now + hours{1})},
                now);
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].time == now - hours{24});
}

TEST_CASE("history: a file grows by one, is trimmed, and a ruined one is replaced") {
    Scratch directory;
    fs::path file = directory / "deep/north.history";
    CHECK(read_history(file, now).empty());
    add_to_history(file, moment_at(now - hours{30}), now - hours{30});
    add_to_history(file, moment_at(now - hours{1}), now - hours{1});
    add_to_history(file, moment_at(now), now);
    CHECK(read_history(file, now) ==
          std::vector<RoadMoment>{moment_at(now - hours{1}), moment_at(now)});
    write_file(file, bytes_of(std::string("\0\xFF\xFE garbage", 11)));
    CHECK(read_history(file, now).empty());
    add_to_history(file, moment_at(now), now);
    CHECK(read_history(file, now).size() == 1);
    CHECK(fs::exists(file));
    // Nothing else is left beside it.
    CHECK(std::distance(fs::directory_iterator(directory / "deep"), fs::directory_iterator{}) == 1);
}

TEST_CASE("sightings_of: what had no coverage was not seen") {
    RoadMoment unknown = moment_at(now);
    unknown.coverage.reset();
    std::vector<RoadSighting> seen = sightings_of({moment_at(now), unknown});
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].wet);
    CHECK(seen[0].coverage == 0.2);
}
