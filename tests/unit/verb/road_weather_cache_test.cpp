#include "verb/road/weather_cache.hpp"

#include "../scratch.hpp"
#include "base/error.hpp"
#include "road_weather_maker.hpp"
#include "verb/road/forecast.hpp"
#include "verb/road/weather_file.hpp"
#include "verb/road/weather_product.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using namespace img;
using namespace std::chrono;
using Outcome = ProductNews::Outcome;

namespace {

const Position flagstaff{35.198, -111.651, std::nullopt};
const Instant begin = instant_of("2024-01-13T11:00:00Z");

class ManualClock : public Clock {
public:
    Instant now() override { return now_; }
    void sleep_until(Instant when) override { now_ = std::max(now_, when); }
    Instant now_ = begin;
};

std::string recorded(const std::string& name) {
    return std::string{text_of(read_file(str("data/weather/", name)))};
}

/// A service whose answers a test may change.
struct FakeService {
    std::map<std::string, std::string> bodies; ///< by the end of the URL
    std::map<std::string, FetchReply> replies; ///< headers and status of these
    std::vector<FetchRequest> asked;
    std::function<void(const FetchRequest&)> before = [](const FetchRequest&) {};

    FakeService() {
        bodies["/points/35.198,-111.651"] = recorded("nws_points_flagstaff.json");
        bodies["/gridpoints/FGZ/74,89"] = recorded("nws_gridpoint_flagstaff_snow.json");
        bodies["/forecast/hourly"] = recorded("nws_hourly_littlerock_icestorm.json");
        bodies["/stations"] = R"({"features":[{"properties":{"stationIdentifier":"KFLG"}},
            {"properties":{"stationIdentifier":"KSEZ"}}]})";
        bodies["/KFLG/observations/latest"] = observation("KFLG", "null");
        bodies["/KSEZ/observations/latest"] = observation("KSEZ", "0");
        bodies["/alerts/active?point=35.198,-111.651"] = R"({"features":[]})";
    }

    static std::string observation(const std::string& station, const std::string& temperature) {
        return str(R"({"properties":{"station":"https://x/stations/)", station,
                   R"(","timestamp":"2024-01-13T10:53:00+00:00","textDescription":"Cloudy",
            "temperature":{"unitCode":"wmoUnit:degC","value":)",
                   temperature, "}}}");
    }

    FetchReply answer(const FetchRequest& request) {
        asked.push_back(request);
        before(request);
        for (const auto& [end, body] : bodies) {
            if (!request.url.ends_with(end))
                continue;
            FetchReply reply = replies[end];
            reply.status = reply.status == 0 ? 200 : reply.status;
            if (reply.status == 200)
                reply.body.assign(body.begin(), body.end());
            return reply;
        }
        throw Error(request.shown + ": the server answers 404 (no such path)");
    }

    WeatherFetching fetching() {
        WeatherFetching how;
        how.contact = "road@example.org";
        how.fetch = [this](const FetchRequest& request) { return answer(request); };
        return how;
    }
    std::size_t asked_for(const std::string& end) const {
        return static_cast<std::size_t>(
            std::count_if(asked.begin(), asked.end(),
                          [&](const FetchRequest& request) { return request.url.ends_with(end); }));
    }
};

Outcome outcome_of(const std::vector<ProductNews>& news, const std::string& product) {
    for (const ProductNews& one : news)
        if (one.product == product)
            return one.outcome;
    FAIL("there is no news of " << product);
    return Outcome::failed;
}

std::string trouble_with(const std::vector<ProductNews>& news, const std::string& product) {
    for (const ProductNews& one : news)
        if (one.product == product)
            return one.trouble;
    return "";
}

/// One place and its service.
struct Station {
    Scratch directory;
    FakeService service;
    ManualClock clock;
    WeatherCache cache{directory.path(), WeatherService::nws, flagstaff};

    std::vector<ProductNews> refresh() { return cache.refresh(service.fetching(), clock); }
    Weather load() { return cache.load(clock.now()); }
};

} // namespace

TEST_CASE("refresh: everything is fetched once, and then not before it is old") {
    Station at;
    std::vector<ProductNews> news = at.refresh();
    for (const char* product :
         {"points", "gridpoint", "hourly", "stations", "observation", "alerts"})
        CHECK(outcome_of(news, product) == Outcome::fetched);
    CHECK(at.service.asked.size() == 7); // two stations
    Weather weather = at.load();
    CHECK(weather.provider == "nws");
    CHECK(weather.place == "Flagstaff, AZ");
    CHECK(weather.zone == "America/Phoenix");
    REQUIRE(weather.now);
    CHECK(weather.now->station == "KSEZ"); // the nearest has no temperature
    CHECK(weather.now->temperature == 0.0);
    CHECK(weather.hours_source.available());
    CHECK(weather.alerts_source.available());

    at.clock.now_ += minutes{4};
    for (const ProductNews& one : at.refresh())
        CHECK_MESSAGE(one.outcome == Outcome::fresh, one.product);
    CHECK(at.service.asked.size() == 7);
    at.clock.now_ += minutes{2}; // alerts last 5 minutes
    CHECK(outcome_of(at.refresh(), "alerts") == Outcome::fetched);
    CHECK(at.service.asked.size() == 8);
    at.clock.now_ += minutes{10}; // an observation lasts 15
    CHECK(outcome_of(at.refresh(), "observation") == Outcome::fetched);
    CHECK(at.service.asked_for("/gridpoints/FGZ/74,89") == 1);
    at.clock.now_ += minutes{45};
    at.refresh();
    CHECK(at.service.asked_for("/gridpoints/FGZ/74,89") == 2);
    CHECK(at.service.asked_for("/forecast/hourly") == 2);
    CHECK(at.service.asked_for("/points/35.198,-111.651") == 1);
    at.clock.now_ += hours{24};
    at.refresh();
    CHECK(at.service.asked_for("/points/35.198,-111.651") == 2);
}

TEST_CASE("refresh: who asks is said, and limits are set") {
    Station at;
    at.refresh();
    const FetchRequest& request = at.service.asked[0];
    CHECK(request.user_agent.starts_with("imgseq/"));
    CHECK(request.user_agent.ends_with(" (road@example.org)"));
    CHECK(request.timeout == seconds{10});
    CHECK(request.url == "https://api.weather.gov/points/35.198,-111.651");
    CHECK(request.headers.empty());
    CHECK(request.not_modified == FetchRequest::NotModified::is_error);
}

TEST_CASE("refresh: what the server gave as a mark is sent back, and 304 keeps what is there") {
    Station at;
    FetchReply& reply = at.service.replies["/gridpoints/FGZ/74,89"];
    reply.headers = {{"etag", "\"abc\""}, {"last-modified", "Fri, 12 Jan 2024 10:00:00 GMT"}};
    at.refresh();
    at.clock.now_ += hours{2};
    reply.status = 304;
    reply.headers.clear();
    CHECK(outcome_of(at.refresh(), "gridpoint") == Outcome::unchanged);
    auto second = std::find_if(
        at.service.asked.rbegin(), at.service.asked.rend(),
        [](const FetchRequest& request) { return request.url.ends_with("/gridpoints/FGZ/74,89"); });
    CHECK(second->headers ==
          std::vector<std::string>{"If-None-Match: \"abc\"",
                                   "If-Modified-Since: Fri, 12 Jan 2024 10:00:00 GMT"});
    CHECK(second->not_modified == FetchRequest::NotModified::is_answer);
    CHECK(at.load().hours_source.fetched == at.clock.now());
    at.clock.now_ += hours{2}; // the mark is kept
    CHECK(outcome_of(at.refresh(), "gridpoint") == Outcome::unchanged);
}

TEST_CASE("refresh: longer lives that the server grants are honoured, shorter ones are not") {
    std::map<std::string, std::string, std::less<>> none;
    auto until = [](std::map<std::string, std::string, std::less<>> headers) {
        return fresh_until(begin, hours{1}, headers) - begin;
    };
    CHECK(until({}) == hours{1});
    CHECK(until({{"cache-control", "public, max-age=7200, s-maxage=120"}}) == hours{2});
    CHECK(until({{"cache-control", "max-age=60"}}) == hours{1});
    CHECK(until({{"cache-control", "max-age=99999999"}}) == hours{24});
    CHECK(until({{"cache-control", "max-age=-5"}}) == hours{1});
    CHECK(until({{"cache-control", "max-age=x, no-store"}}) == hours{1});
    CHECK(until({{"expires", http_time(begin + hours{3})}}) == hours{3});
    // The server's clock is an hour ahead.
    CHECK(until({{"expires", http_time(begin + hours{4})},
                 {"date", http_time(begin + hours{1})}}) == hours{3});
    CHECK(until({{"expires", "0"}}) == hours{1});
}

TEST_CASE("refresh: errors that go away are tried again, four times, each after a longer pause") {
    Station at;
    int failures = 2;
    at.service.before = [&](const FetchRequest& request) {
        if (request.url.ends_with("/gridpoints/FGZ/74,89") && failures-- > 0)
            throw Error(request.shown + ": the server answers 500", Exit::unavailable);
    };
    CHECK(outcome_of(at.refresh(), "gridpoint") == Outcome::fetched);
    CHECK(at.clock.now() - begin == milliseconds{1500}); // 0.5 s and 1 s
    Station always;
    always.service.before = [&](const FetchRequest& request) {
        throw Error(request.shown + ": the server answers 500", Exit::unavailable);
    };
    std::vector<ProductNews> news = always.refresh();
    CHECK(trouble_with(news, "points") ==
          "points: https://api.weather.gov/points/35.198,-111.651: the server answers 500");
    CHECK(always.service.asked_for("/points/35.198,-111.651") == 5);
    // The server is given up: what remains is asked for once.
    CHECK(always.service.asked.size() == 6);
    CHECK(always.clock.now() - begin == milliseconds{7500});
    CHECK_FALSE(always.load().hours_source.available());
}

TEST_CASE("refresh: errors that stay are not tried again") {
    Station at;
    at.service.bodies.erase("/gridpoints/FGZ/74,89");
    CHECK(outcome_of(at.refresh(), "gridpoint") == Outcome::failed);
    CHECK(at.service.asked_for("/gridpoints/FGZ/74,89") == 1);
    CHECK(at.clock.now() == begin);
}

TEST_CASE("refresh: what is not what it should be leaves what is there, and the others") {
    for (const std::string& bad :
         {std::string{"<html>maintenance</html>"}, std::string{"{\"properties\":{\"temperature\":"},
          std::string{"{}"}, std::string{"null"}, std::string{}}) {
        Station at;
        at.refresh();
        Weather before = at.load();
        at.clock.now_ += hours{2};
        at.service.bodies["/gridpoints/FGZ/74,89"] = bad;
        std::vector<ProductNews> news = at.refresh();
        CHECK(outcome_of(news, "gridpoint") == Outcome::failed);
        CHECK(trouble_with(news, "gridpoint").starts_with("gridpoint: "));
        CHECK(outcome_of(news, "hourly") == Outcome::fetched);
        CHECK(outcome_of(news, "alerts") == Outcome::fetched);
        CHECK(at.load().hours_source.fetched == begin);
        CHECK(at.load().hours_source.available());
    }
}

TEST_CASE("load: old is unavailable, and says so") {
    Station at;
    CHECK(at.load().hours_source.trouble == "never fetched");
    at.refresh();
    at.clock.now_ = instant_of("2024-01-13T12:23:00Z"); // the observation is of 10:53
    CHECK(at.load().now.has_value());
    at.clock.now_ += minutes{1};
    CHECK_FALSE(at.load().now.has_value());
    CHECK(at.load().observation_source.trouble == "older than 90 minutes");
    CHECK(at.load().hours_source.available());
    at.clock.now_ = begin + hours{12};
    CHECK_FALSE(at.load().hours.empty());
    at.clock.now_ += minutes{1};
    Weather old = at.load();
    CHECK(old.hours.empty());
    CHECK(old.hours_source.trouble == "fetched more than 12 hours ago");
    CHECK(old.hours_source.fetched == begin);
}

TEST_CASE("load: the hourly forecast stands in for a grid that is too old") {
    Station at;
    at.refresh();
    at.clock.now_ += hours{10};
    at.service.bodies.erase("/gridpoints/FGZ/74,89");
    at.refresh();
    at.clock.now_ += hours{3};
    at.service.bodies["/forecast/hourly"] = "{}";
    CHECK(at.load().hours_source.fetched == begin + hours{10});
}

TEST_CASE("load: a clock that was an hour ahead makes nothing fresh for ever") {
    Station at;
    at.clock.now_ = begin + hours{1};
    at.refresh();
    at.clock.now_ = begin; // it is set right
    CHECK(at.load().hours_source.trouble.find("in the future") != std::string::npos);
    CHECK(at.load().hours.empty());
    CHECK(outcome_of(at.refresh(), "gridpoint") == Outcome::fetched);
    CHECK(at.load().hours_source.available());
    // A year ahead, too.
    at.clock.now_ = begin + days{365};
    at.refresh();
    at.clock.now_ = begin + hours{2};
    CHECK(outcome_of(at.refresh(), "points") == Outcome::fetched);
}

TEST_CASE("load: damaged files are as if they were not there") {
    Station at;
    at.refresh();
    for (const auto& entry : fs::directory_iterator(at.cache.directory()))
        write_file(entry.path(), bytes_of(std::string("\0{\n\xFF", 4)));
    Weather weather = at.load();
    CHECK(weather.hours_source.trouble == "never fetched");
    CHECK_FALSE(weather.now);
    CHECK(outcome_of(at.refresh(), "gridpoint") == Outcome::fetched);
    CHECK(at.load().hours_source.available());
}

TEST_CASE("load: hours that a new forecast no longer holds are kept for the ice rules") {
    Station at;
    at.service.bodies["/forecast/hourly"] = "{}";
    at.refresh();
    at.clock.now_ += hours{2};
    // A forecast that begins now.
    at.service.bodies["/gridpoints/FGZ/74,89"] = R"({"properties":{"temperature":
        {"uom":"wmoUnit:degC","values":[{"validTime":"2024-01-13T13:00:00+00:00/PT30H","value":1}]}}})";
    at.refresh();
    Weather weather = at.load();
    const WeatherHour* before = find_hour(weather, begin + hours{1});
    REQUIRE(before);
    CHECK(*before->temperature ==
          doctest::Approx(-10.0 / 9)); // 12:00, as the first forecast had it
    CHECK(find_hour(weather, begin + hours{2})->temperature == 1.0);
}

TEST_CASE("refresh: a base of one's own, whose password is never shown") {
    Station at;
    at.service.before = [](const FetchRequest& request) { throw Error(request.shown + ": no"); };
    WeatherFetching how = at.service.fetching();
    how.base_url = "http://user:secret@127.0.0.1:8080/nws/";
    std::vector<ProductNews> news = at.cache.refresh(how, at.clock);
    CHECK(at.service.asked[0].url == "http://127.0.0.1:8080/nws/points/35.198,-111.651");
    CHECK(at.service.asked[0].user == "user");
    CHECK(at.service.asked[0].password == "secret");
    for (const ProductNews& one : news)
        CHECK(one.trouble.find("secret") == std::string::npos);
}

TEST_CASE("refresh: places have directories of their own, and zero no sign") {
    CHECK(WeatherCache("/c", WeatherService::nws, flagstaff).directory() ==
          fs::path{"/c/nws-35.198,-111.651"});
    CHECK(WeatherCache("/c", WeatherService::open_meteo, {-0.00001, 20, {}}).directory() ==
          fs::path{"/c/open-meteo-0,20"});
}

TEST_CASE("Open-Meteo: one request, an hour long") {
    Scratch directory;
    ManualClock clock;
    clock.now_ = instant_of("2026-01-15T04:30:00Z");
    FakeService service;
    service.bodies = {{"surface_temperature&timezone=UTC&past_days=1&forecast_days=3",
                       recorded("open_meteo_metric.json")}};
    WeatherCache cache{directory.path(), WeatherService::open_meteo, flagstaff};
    CHECK(outcome_of(cache.refresh(service.fetching(), clock), "forecast") == Outcome::fetched);
    CHECK(service.asked[0].url.starts_with("https://api.open-meteo.com/v1/forecast?latitude=35"));
    Weather weather = cache.load(clock.now());
    CHECK(weather.hours_source.available());
    CHECK(conditions_at(weather, clock.now())->temperature == 0.0);
    CHECK(weather.alerts_source.trouble == "Open-Meteo gives none");
    clock.now_ += minutes{59};
    CHECK(outcome_of(cache.refresh(service.fetching(), clock), "forecast") == Outcome::fresh);
}

TEST_CASE("WeatherFile: our own shape, written and read") {
    Weather weather = weather_of(begin, 3, [](WeatherHour& hour, int i) {
        hour.kinds = WeatherKinds{WeatherKind::snow, WeatherKind::freezing_rain};
        hour.is_day = i == 1;
    });
    weather.place = "North road";
    weather.zone = "Europe/Athens";
    weather.observation_source.fetched = weather.alerts_source.fetched = begin;
    weather.now = Observation{};
    weather.now->time = begin;
    weather.now->temperature = 0;
    weather.alerts.push_back({"Ice", "Severe", "Ice!", begin, begin + hours{2}});
    Weather read = parse_weather_file(weather_file_text(weather), begin);
    CHECK(read.hours == weather.hours);
    CHECK(read.now == weather.now);
    CHECK(read.alerts == weather.alerts);
    CHECK(read.zone == "Europe/Athens");
    CHECK(read.provider == "file");
}

TEST_CASE("WeatherFile: saved answers of services are recognised, anything else refused") {
    CHECK(parse_weather_file(recorded("open_meteo_metric.json"), begin).hours.size() == 6);
    CHECK(parse_weather_file(recorded("nws_gridpoint_flagstaff_snow.json"), begin).hours.size() >
          60);
    for (const char* bad :
         {"", "<html>", "[]", "{}", R"({"temperature":3})", R"({"hours":[{"temperature":3}]})",
          R"({"hours":[{"start":"2026-01-15T04:30:00Z"}]})",
          R"({"hours":[{"start":"2026-01-15T04:00:00Z","temperature":"3"}]})",
          R"({"hours":[{"start":"2026-01-15T04:00:00Z","probability":30}]})",
          R"({"hours":[{"start":"2026-01-15T04:00:00Z","kinds":["frogs"]}]})", R"({"hours":7})",
          R"({"now":{}})", R"({"alerts":[{"event":"Ice"}]})"})
        CHECK_THROWS_AS(parse_weather_file(bad, begin), Error);
}

TEST_CASE("WeatherFile: read again when it changes, and bad news is no weather") {
    Scratch directory;
    fs::path path = directory / "weather.json";
    WeatherFile file{path};
    Instant now = begin + minutes{5};
    CHECK(file.load(now).hours_source.trouble.find("No such file") != std::string::npos);
    auto write = [&](double temperature) {
        Weather weather =
            weather_of(begin, 30, [&](WeatherHour& hour, int) { hour.temperature = temperature; });
        write_file(path, bytes_of(weather_file_text(weather)));
    };
    write(1);
    CHECK(conditions_at(file.load(now), now)->temperature == 1.0);
    CHECK(file.load(now).observation_source.trouble == "not in the file");
    write(-2.5);
    CHECK(conditions_at(file.load(now), now)->temperature == -2.5);
    write_file(path, bytes_of("{\"hours\":["));
    Weather broken = file.load(now);
    CHECK(broken.hours.empty());
    CHECK(broken.hours_source.trouble == "weather file: the JSON is cut off");
    write(3);
    CHECK(file.load(now).hours_source.available());
    CHECK(file.load(begin + hours{13}).hours_source.trouble == "fetched more than 12 hours ago");
}

TEST_CASE("WeatherReader: sees what a refresh brings, and what gets old without one") {
    Station at;
    WeatherOptions options;
    options.source = "nws";
    options.latitude = flagstaff.latitude;
    options.longitude = flagstaff.longitude;
    options.cache = at.directory.path().string();
    WeatherReader reader{options};
    CHECK(reader.load(begin).hours_source.trouble == "never fetched");
    at.refresh();
    CHECK(reader.load(begin).now->temperature == 0.0);
    at.clock.now_ += minutes{16};
    at.service.bodies["/KFLG/observations/latest"] = FakeService::observation("KFLG", "-7");
    at.refresh();
    CHECK(reader.load(at.clock.now()).now->temperature == -7.0);
    CHECK_FALSE(reader.load(begin + minutes{90}).now); // it is of 10:53
    CHECK(reader.load(begin + hours{12}).hours_source.available());
    CHECK_FALSE(reader.load(begin + hours{12} + minutes{1}).hours_source.available());
    CHECK(reader.load(begin + minutes{20}).now->temperature == -7.0); // the clock is set back
    CHECK(format_time("%Z", begin, reader.zone_for(reader.load(begin))) == "MST");
}

TEST_CASE("load: products whose times have nothing to do with each other do not throw") {
    Station at;
    at.service.bodies["/forecast/hourly"] =
        R"({"properties":{"periods":[{"startTime":"2020-01-12T04:00:00-07:00",
            "endTime":"2020-01-12T05:00:00-07:00","temperature":3,"temperatureUnit":"F"}]}})";
    at.refresh();
    CHECK(at.load().hours_source.available());
}

TEST_CASE("WeatherReader: options that do not fit are refused") {
    auto refused = [](WeatherOptions options) {
        try {
            WeatherReader reader{options};
            ManualClock clock;
            reader.refresh(clock);
        } catch (const Error& error) {
            return error.status() == Exit::usage ? std::string{error.what()} : "other status";
        }
        return std::string{"accepted"};
    };
    WeatherOptions options;
    CHECK(refused(options) == "--refresh needs --weather nws or open-meteo");
    options.source = "nws";
    CHECK(refused(options) == "--weather nws needs --lat and --lon");
    options.latitude = 35;
    CHECK(refused(options) == "--lat and --lon are given together");
    options.longitude = -111;
    options.cache = "/nowhere";
    CHECK(refused(options).starts_with("the NWS wants to know whom to write to"));
    options.base_url = "nonsense";
    CHECK(refused(options) != "accepted");
    options.base_url.clear();
    options.zone = "Europe/Nowhere";
    CHECK(refused(options).find("is not a time zone") != std::string::npos);
    WeatherOptions none;
    CHECK(WeatherReader{none}.load(begin).hours_source.trouble == "not asked for");
}
