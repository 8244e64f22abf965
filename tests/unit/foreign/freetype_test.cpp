#include "foreign/freetype.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <numeric>
#include <optional>

using namespace img;

namespace {

const fs::path dejavu{"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"};

std::optional<Font> font() {
    if (!fs::exists(dejavu)) {
        MESSAGE("skipped: there is no ", dejavu.string());
        return std::nullopt;
    }
    return Font{dejavu};
}

/// Covered pixels, in whole ones.
double ink(const Shape& shape) {
    const std::vector<std::uint8_t>& values = shape.coverage.values;
    return std::accumulate(values.begin(), values.end(), 0.) / 255;
}

/// A file in the temporary directory that goes when this does.
class Scratch {
public:
    explicit Scratch(ByteView bytes)
        : path(fs::temp_directory_path() / fs::unique_path("img-%%%%%%%%.ttf")) {
        write_file(path, bytes);
    }
    Scratch(const Scratch&) = delete;
    ~Scratch() { fs::remove(path); }
    const fs::path path;
};

} // namespace

TEST_CASE("Font: letters have shapes that stand on the baseline and grow with the size") {
    std::optional<Font> one = font();
    if (!one)
        return;
    CHECK(one->name() == "DejaVuSans.ttf");
    std::uint32_t letter = one->glyph_of(U'A');
    REQUIRE(letter != 0);
    double before = 0;
    for (int size : {8, 20, 50, 200}) {
        one->set_size(size);
        Shape shape = one->shape(letter);
        CHECK(shape.top > 0);
        CHECK(std::abs(shape.top - shape.coverage.size.height) <= 1); // nothing below the line
        CHECK(shape.coverage.size.height < size);
        CHECK(shape.coverage.values.size() ==
              static_cast<std::size_t>(shape.coverage.size.width * shape.coverage.size.height));
        CHECK(ink(shape) > before * 1.5);
        before = ink(shape);
        CHECK(one->advance(letter) > size * 32);
        CHECK(one->advance(letter) < size * 64);
        LineMetrics metrics = one->metrics();
        CHECK(metrics.ascent >= shape.top);
        CHECK(metrics.height >= metrics.ascent + metrics.descent);
    }
}

TEST_CASE("Font: an outlined shape is thicker by its width on every side") {
    std::optional<Font> one = font();
    if (!one)
        return;
    one->set_size(40);
    std::uint32_t letter = one->glyph_of(U'o');
    Shape plain = one->shape(letter), thick = one->outlined_shape(letter, 3);
    CHECK(ink(thick) > ink(plain));
    CHECK(std::abs(plain.left - thick.left - 3) <= 1);
    CHECK(std::abs(thick.top - plain.top - 3) <= 1);
    CHECK(std::abs(thick.coverage.size.width - plain.coverage.size.width - 6) <= 2);
    CHECK(one->outlined_shape(one->glyph_of(U' '), 3).coverage.values.empty());
}

TEST_CASE("Font: a blank has no ink but moves the pen; pairs are kerned") {
    std::optional<Font> one = font();
    if (!one)
        return;
    one->set_size(40);
    std::uint32_t blank = one->glyph_of(U' ');
    CHECK(one->shape(blank).coverage.values.empty());
    CHECK(one->advance(blank) > 0);
    CHECK(one->kerning(one->glyph_of(U'A'), one->glyph_of(U'V')) < 0);
    CHECK(one->kerning(one->glyph_of(U'n'), one->glyph_of(U'n')) == 0);
}

TEST_CASE("Font: a character that it lacks has glyph 0, which has a shape") {
    std::optional<Font> one = font();
    if (!one)
        return;
    one->set_size(40);
    for (char32_t lacking : {U'\x5317', U'\x10FFFF', char32_t{0xFFFFFFFF}})
        CHECK(one->glyph_of(lacking) == 0);
    CHECK(ink(one->shape(0)) > 0);
    CHECK_THROWS_AS(one->shape(1'000'000), Error);
}

TEST_CASE("Font: what is no font is refused, naming the file") {
    for (std::string_view text : {"", "this is a text", "OTTO", "wOFF"}) {
        Scratch file{bytes_of(text)};
        CHECK_THROWS_WITH_AS(Font{file.path}, doctest::Contains(file.path.c_str()), Error);
    }
    CHECK_THROWS_AS(Font{"/no/such/font.ttf"}, Error);
    CHECK_THROWS_AS(Font{"/"}, Error);
}

TEST_CASE("Font: a file that is cut off or changed gives shapes of a sane size, or an Error") {
    if (!font())
        return;
    const Bytes whole = read_file(dejavu);
    int refused = 0, used = 0;
    auto use = [&](const Bytes& bytes) {
        Scratch file{bytes};
        try {
            Font broken{file.path};
            broken.set_size(24);
            broken.metrics();
            for (char32_t c : {U'A', U'g', U'\xC5', U'8'}) {
                std::uint32_t glyph = broken.glyph_of(c);
                broken.advance(glyph);
                for (const Shape& shape : {broken.shape(glyph), broken.outlined_shape(glyph, 3)}) {
                    CHECK(shape.coverage.size.width <= 16 * 24 + 32);
                    CHECK(shape.coverage.size.height <= 16 * 24 + 32);
                }
            }
            ++used;
        } catch (const Error&) {
            ++refused;
        }
    };
    for (std::size_t part = 0; part < 24; ++part)
        use({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(whole.size() * part / 24)});
    // Bytes spread over the file, by a fixed generator.
    std::uint32_t random = 1;
    for (int round = 0; round < 40; ++round) {
        Bytes changed = whole;
        for (int i = 0; i < 2000; ++i) {
            random = random * 1664525 + 1013904223;
            changed[random % changed.size()] = static_cast<std::uint8_t>(random >> 24);
        }
        std::copy_n(whole.begin(), 12 + 16 * 20, changed.begin()); // the list of tables is whole
        use(changed);
    }
    CHECK(refused > 0);
    CHECK(used + refused == 64);
}

TEST_CASE("Font: a file that is replaced while it is used stays the font that was opened") {
    if (!font())
        return;
    const Bytes whole = read_file(dejavu);
    Scratch file{whole};
    Font used{file.path}, untouched{dejavu};
    write_file(file.path, bytes_of("this is a text")); // renamed over it
    used.set_size(40);
    untouched.set_size(40);
    for (char32_t c : {U'A', U'g', U'\xC5', U'Ж'})
        CHECK(used.shape(used.glyph_of(c)).coverage.values ==
              untouched.shape(untouched.glyph_of(c)).coverage.values);
}

TEST_CASE("Font: a file that is cut off while it is used gives an Error, and what is known stays") {
    if (!font())
        return;
    Scratch file{read_file(dejavu)};
    Font used{file.path};
    used.set_size(40);
    std::uint32_t letter = used.glyph_of(U'A');
    REQUIRE(letter != 0);
    fs::resize_file(file.path, 1000);
    CHECK_THROWS_AS(used.shape(used.glyph_of(U'Ж')), Error);
    CHECK(used.glyph_of(U'A') == letter); // the table of characters was read whole
    CHECK(used.metrics().ascent > 0);
}

TEST_CASE("Font: what is no regular file, or too large for a font, is refused unread") {
    CHECK_THROWS_WITH_AS(Font{"/dev/zero"}, "/dev/zero: a font has to be a regular file", Error);
    Scratch file{bytes_of("OTTO")};
    fs::resize_file(file.path, std::uintmax_t{1} << 40);
    CHECK_THROWS_WITH_AS(Font{file.path}, doctest::Contains("more than 64 MiB"), Error);
}
