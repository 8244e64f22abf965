#include "../scratch.hpp"
#include "verb/stamp/fields.hpp"

#include "base/error.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono;

namespace {

Instant at(std::string_view text) {
    return *parse_iso_time(text);
}

void write(const fs::path& path, const std::string& text) {
    write_file(path, bytes_of(text));
}

const Zone utc{minutes{0}};
const Instant now = at("2026-11-21T14:00:00Z");
const std::string dash{en_dash};

/// What the log said meanwhile.
template <class Act>
std::string said(Act act) {
    Captured captured{2};
    act();
    return captured.text();
}

} // namespace

TEST_CASE("fields_in_json: members by their paths, lists joined, objects of a list by their name") {
    FieldMap map = *fields_in_json(R"({"a":{"b":{"c":1.5}},"on":true,"none":null,"empty":"",
        "list":["x","y",3],"alerts":[{"event":"Wind"},{"headline":"Snow"},{"other":1}],"no":[]})");
    CHECK(map.at("a.b.c").text() == "1.5");
    CHECK(map.at("on").text() == "true");
    CHECK_FALSE(map.contains("none"));
    CHECK(map.at("empty").text().empty());
    CHECK(map.at("list").text() == "x, y, 3");
    CHECK(map.at("alerts").parts == std::vector<std::string>{"Wind", "Snow"});
    CHECK(map.at("no").text().empty());
}

TEST_CASE("fields_in_json: what is no object gives nothing, what is deep or long is cut") {
    for (const char* text : {"", "[]", "1", "{", "{\"a\":", "{\"a\":\"\xFF\"}", "nul"})
        CHECK_FALSE(fields_in_json(text).has_value());
    std::string deep, tail;
    for (int i = 0; i < 100'000; ++i) {
        deep += R"({"a":)";
        tail += "}";
    }
    CHECK(fields_in_json(deep + "1" + tail).value().empty());
    CHECK(fields_in_json(std::string(100'000, '[') + std::string(100'000, ']')) == std::nullopt);
    std::string snow;
    for (int i = 0; i < 350'000; ++i)
        snow += "❄";
    std::string text = fields_in_json(R"({"a":")" + snow + R"("})")->at("a").text();
    CHECK(text.size() < 1100);
    CHECK(text.ends_with("❄…"));
    std::string many = R"({"a":["x")";
    for (int i = 0; i < 10'000; ++i)
        many += ",\"x\"";
    CHECK(fields_in_json(many + "]}")->at("a").text().size() < 1100);
}

TEST_CASE("Fields: given values come before the file's, those before the frame's") {
    Scratch directory;
    write(directory / "f.json", R"({"a":"file","b":"file","weather":{"temperature":0}})");
    Fields fields{{"a=given", "d=x=y", "e="}, FieldsFile{directory / "f.json", std::nullopt}};
    Metadata metadata;
    metadata.camera = "north";
    metadata.notes = R"({"a":"frame","b":"frame","c":"frame","road":{"spots":[1,2]}})";
    fields.turn_to(metadata, now, utc);
    CHECK(fields.text("a") == "given");
    CHECK(fields.text("b") == "file");
    CHECK(fields.text("c") == "frame");
    CHECK(fields.text("d") == "x=y");
    CHECK(fields.text("e").empty());
    CHECK(fields.text("camera") == "north");
    CHECK(fields.text("road.spots") == "1, 2");
    CHECK(fields.text("weather.temperature") == "0");
    CHECK(fields.text("weather") == dash);
    CHECK(fields.text("") == dash);
    CHECK_FALSE(fields.find("f").has_value());
    for (const char* wrong : {"", "a", "=a"})
        CHECK_THROWS_AS((Fields{{wrong}, std::nullopt}), Error);
}

TEST_CASE("FieldsFile: read again when it changes; each change of state is said once") {
    Scratch directory;
    const fs::path path = directory / "f.json";
    Fields fields{{}, FieldsFile{path, std::nullopt}};
    auto turn = [&] { fields.turn_to({}, now, utc); };
    CHECK(said(turn).find("No such file") != std::string::npos);
    CHECK(said(turn).empty());
    CHECK(fields.text("a") == dash);
    write(path, R"({"a":"one"})");
    CHECK(said(turn).find("fresh again") != std::string::npos);
    CHECK(fields.text("a") == "one");
    write(path, R"({"a":"two"})");
    CHECK(said(turn).empty());
    CHECK(fields.text("a") == "two");
    write(path, R"({"a":)");
    CHECK(said(turn).find("not a JSON object") != std::string::npos);
    CHECK(said(turn).empty());
    CHECK(fields.text("a") == dash);
    fs::remove(path);
    CHECK(said(turn).find("No such file") != std::string::npos);
    CHECK(fields.text("a") == dash);
    write(path, R"({"b":1})");
    said(turn);
    CHECK_FALSE(fields.find("a").has_value());
}

TEST_CASE("FieldsFile: what is too old is not shown as if it were fresh") {
    Scratch directory;
    const fs::path path = directory / "f.json";
    auto shown = [&](const std::string& json, const Zone& zone = utc) {
        write(path, json);
        std::string text;
        said([&] {
            Fields fields{{}, FieldsFile{path, minutes{10}}};
            fields.turn_to({}, now, zone);
            text = fields.text("a");
        });
        return text;
    };
    CHECK(shown(R"({"a":"x","time":"2026-11-21T13:50:00Z"})") == "x");
    CHECK(shown(R"({"a":"x","time":"2026-11-21T13:49:59Z"})") == dash);
    CHECK(shown(R"({"a":"x","updated":"2026-11-21T15:55:00.500+02:00"})") == "x");
    CHECK(shown(R"({"a":"x","updated":"2026-11-21T15:45:00+02:00"})") == dash);
    CHECK(shown(R"({"a":"x","time":"2026-11-21T15:55:00"})", Zone{"Europe/Athens"}) == "x");
    CHECK(shown(R"({"a":"x","time":"2026-11-21T13:55:00"})", Zone{"Europe/Athens"}) == dash);
    CHECK(shown(R"({"a":"x","time":1795269300})") == "x");
    CHECK(shown(R"({"a":"x","time":1795260000})") == dash);
    CHECK(shown(R"({"a":"x","time":"yesterday"})") == dash);
    // Without a time of its own, the file's counts; and it gets old without being changed.
    write(path, R"({"a":"x"})");
    fs::last_write_time(path, duration_cast<seconds>(now.time_since_epoch()).count());
    Fields fields{{}, FieldsFile{path, minutes{10}}};
    fields.turn_to({}, now + minutes{10}, utc);
    CHECK(fields.text("a") == "x");
    CHECK(said([&] { fields.turn_to({}, now + minutes{11}, utc); }).find("older than 10m") !=
          std::string::npos);
    CHECK(fields.text("a") == dash);
    CHECK(fields.find("a")->stale);
}
