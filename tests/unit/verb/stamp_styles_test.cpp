#include "verb/stamp/styles.hpp"

#include "../font.hpp"
#include "base/error.hpp"
#include "foreign/libjpeg.hpp"
#include "verb/stamp/fonts.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace img;

namespace {

constexpr std::array all_styles{Style::bar, Style::boxes, Style::panel, Style::minimal,
                                Style::mobile};
const Color white{255, 255, 255}, black{0, 0, 0};

StampFacts full_facts() {
    StampFacts facts;
    facts.camera = "Highway 720, north";
    facts.date = "2026-11-21";
    facts.clock = "14:05:09";
    facts.zone = "EET";
    std::tie(facts.condition, facts.severity) = condition_of("heavy");
    facts.temperature = "−3 °C";
    facts.alerts = {"Winter Storm Warning", "Wind Advisory", "Third"};
    facts.text = {"Municipality"};
    return facts;
}

Arrangement arranged(Style style, const StampFacts& facts, Size size,
                     const StyleSettings& settings = {}) {
    static Typesetter typesetter{open_fonts("")};
    Look look{white, black, standard_opacity(style), standard_outline(style), nullptr};
    return arrange_style(style, facts, {size, {16, 16}}, look, settings, typesetter);
}

bool overlap(const Rectangle& a, const Rectangle& b) {
    return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

bool inside(const Rectangle& inner, const Rectangle& outer) {
    return inner.empty() || (inner.x >= outer.x && inner.y >= outer.y &&
                             inner.right() <= outer.right() && inner.bottom() <= outer.bottom());
}

std::string all_text(const Arrangement& arrangement) {
    std::string text;
    for (const std::string& line : arrangement.lines)
        text += line + "\n";
    return text;
}

Fields fields_of(const std::string& notes) {
    Fields fields{{}, std::nullopt};
    Metadata metadata;
    metadata.notes = notes;
    fields.turn_to(metadata, Instant{}, Zone{std::chrono::minutes{0}});
    return fields;
}

StampFacts facts_in(const std::string& notes) {
    return facts_of(fields_of(notes), *parse_iso_time("2026-11-21T13:43:38Z"),
                    Zone{"Europe/Athens"}, ClockDetail::seconds);
}

} // namespace

TEST_CASE(
    "arrange_style: everything stands on the picture, letters in their panel, none on others") {
    if (!have_font())
        return;
    StampFacts long_facts = full_facts(), few;
    for (std::string* text : {&long_facts.camera, &long_facts.condition, &long_facts.temperature,
                              &long_facts.alerts[0], &long_facts.text[0]})
        *text += " and so on, and so on, for much longer than there is room on any picture here";
    few.clock = "14:05:09";
    for (Style style : all_styles)
        for (Size size : {Size{1, 1}, Size{40, 30}, Size{160, 90}, Size{200, 900}, Size{640, 360},
                          Size{641, 361}, Size{1280, 720}, Size{1920, 1080}, Size{3840, 2160}})
            for (const StampFacts& facts : {full_facts(), long_facts, few})
                for (int place = -1; place < 9; ++place) {
                    CAPTURE(static_cast<int>(style));
                    CAPTURE(size.width);
                    CAPTURE(place);
                    StyleSettings settings;
                    if (place >= 0)
                        settings.place = static_cast<Place>(place);
                    Arrangement out = arranged(style, facts, size, settings);
                    const Rectangle sheet{0, 0, size};
                    REQUIRE(inside(out.box, sheet));
                    std::vector<Rectangle> panels;
                    for (const Panel& panel : out.artwork.panels) {
                        REQUIRE(inside(panel.area, sheet));
                        if (panel.color == black)
                            panels.push_back(panel.area);
                    }
                    for (std::size_t i = 0; i < panels.size(); ++i)
                        for (std::size_t j = 0; j < i; ++j)
                            REQUIRE_FALSE(overlap(panels[i], panels[j]));
                    for (const Ink& ink : out.artwork.inks) {
                        auto holds = [&](const Rectangle& panel) {
                            return inside(ink.area(), panel);
                        };
                        REQUIRE((panels.empty() || std::ranges::any_of(panels, holds)));
                        REQUIRE(inside(ink.area(), sheet));
                    }
                }
}

TEST_CASE("arrange_style: on an ordinary picture all is said, and nothing is cut") {
    if (!have_font())
        return;
    for (Size size : {Size{640, 360}, Size{1280, 720}, Size{1920, 1080}, Size{3840, 2160}})
        for (Style style : all_styles) {
            CAPTURE(static_cast<int>(style));
            CAPTURE(size.width);
            StampFacts facts = full_facts();
            facts.alerts.pop_back();
            Arrangement out = arranged(style, facts, size);
            CHECK_FALSE(out.cut);
            std::string text = all_text(out);
            for (const char* part : {"Heavy", "14:05", "−3 °C", "Municipality"})
                CHECK(text.find(part) != std::string::npos);
            if (style != Style::mobile)
                CHECK(text.find("Winter Storm Warning") != std::string::npos);
        }
}

TEST_CASE("arrange_style: what is not known is left out, and nothing is made up") {
    if (!have_font())
        return;
    StampFacts facts;
    facts.date = "2026-11-21";
    facts.clock = "14:05:09";
    facts.zone = "EET";
    for (Style style : all_styles) {
        std::string text = all_text(arranged(style, facts, {1280, 720}));
        CHECK(text.find("14:05") != std::string::npos);
        for (const char* part : {"Clear", "Unknown", "°", "Road", "Air", "Alert", "·", "–"})
            CHECK(text.find(part) == std::string::npos);
    }
}

TEST_CASE("arrange_style: sizes grow with the picture") {
    if (!have_font())
        return;
    for (Style style : all_styles) {
        auto tallest = [&](Size size) {
            int most = 0;
            for (const Ink& ink : arranged(style, full_facts(), size).artwork.inks)
                most = std::max(most, ink.area().size.height);
            return most;
        };
        int small = tallest({1280, 720}), large = tallest({3840, 2160});
        CHECK(std::abs(large - 3 * small) <= 6);
    }
}

TEST_CASE("Heavy is red: on the pixels of a JPEG, in every style") {
    if (!have_font())
        return;
    Picture gray{{1280, 720}, ColorSpace::rgb};
    std::ranges::fill(gray.pixels, std::uint8_t{90});
    Bytes jpeg = encode_jpeg(gray, 95);
    for (Style style : all_styles) {
        CAPTURE(static_cast<int>(style));
        Inscribed stamped =
            Inscriber{}.inscribe(jpeg, read_scan(jpeg),
                                 arranged(style, full_facts(), {1280, 720}).artwork, Verify::full);
        Picture drawn = decode_jpeg(stamped.jpeg, ColorSpace::rgb);
        int red = 0, blue = 0;
        for (std::size_t i = 0; i < drawn.pixels.size(); i += 3) {
            int r = drawn.pixels[i], g = drawn.pixels[i + 1], b = drawn.pixels[i + 2];
            red += r > 180 && g < 120 && b < 120;
            blue += b > r + 40;
        }
        CHECK(red > 50);
        CHECK(blue == 0);
    }
}

TEST_CASE("condition_of: the seven words in their colours, however they are spelled") {
    auto hue = [](const char* word) {
        Color color = condition_of(word).second;
        int r = color.red, g = color.green, b = color.blue;
        return std::tuple{r > 150, g > 150, b > 150};
    };
    CHECK(hue("Clear") == std::tuple{false, true, false});
    CHECK(hue("Light") == std::tuple{true, true, false});
    CHECK(hue("Heavy") == std::tuple{true, false, false});
    CHECK(hue("Ice Possible") == std::tuple{true, false, true});
    CHECK(hue("Wet") == std::tuple{false, true, true});
    CHECK(hue("Unknown") == std::tuple{true, true, true});
    CHECK(condition_of("ice_possible").first == "Ice Possible");
    CHECK(condition_of(" HEAVY ").first == "Heavy");
    CHECK(condition_of("Flooded").first == "Flooded");
    CHECK(condition_of("Flooded").second == condition_of("Unknown").second);
}

TEST_CASE("temperature_of: numbers are degrees Celsius, rounded; zero is a temperature") {
    CHECK(temperature_of("0") == "0\u00A0°C");
    CHECK(temperature_of("-0.4") == "0\u00A0°C");
    CHECK(temperature_of("-3.2") == "−3\u00A0°C");
    CHECK(temperature_of("21.5") == "22\u00A0°C");
    CHECK(temperature_of("28 °F") == "28 °F");
    CHECK(temperature_of("").empty());
    CHECK(temperature_of("1e300") == "1e300");
}

TEST_CASE("facts_of: found under their names; a fact that is not there is empty") {
    StampFacts facts = facts_in(R"({"road":{"condition":"wet"},"weather":{"temperature":0,
        "alerts":["Wind",{"event":"Snow"}]}})");
    CHECK(facts.condition == "Wet");
    CHECK(facts.temperature == "0\u00A0°C");
    CHECK(facts.alerts == std::vector<std::string>{"Wind", "Snow"});
    CHECK(facts.date == "2026-11-21");
    CHECK(facts.clock == "15:43:38");
    CHECK(facts.zone == "EET");
    StampFacts others = facts_in(R"({"condition":"Light","temperature":"5 °F","alerts":"Ice"})");
    CHECK(others.condition == "Light");
    CHECK(others.temperature == "5 °F");
    CHECK(others.alerts == std::vector<std::string>{"Ice"});
    StampFacts none = facts_in("{}");
    CHECK(none.condition.empty());
    CHECK(none.temperature.empty());
    CHECK(none.alerts.empty());
    CHECK(none.camera.empty());
    CHECK(facts_in(R"({"condition":"a\n\u0007b"})").condition == "a  b");
}
