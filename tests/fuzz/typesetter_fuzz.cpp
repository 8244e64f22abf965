// Text of a frame to lines: none is wider than its room, and wrapping loses nothing but blanks.

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "verb/stamp/characters.hpp"
#include "verb/stamp/typesetter.hpp"
#include "verb/stamp/utf8.hpp"

#include <cstdlib>

namespace {

void require(bool holds) {
    if (!holds)
        std::abort();
}

img::Typesetter installed() {
    img::set_log("typesetter_fuzz", img::LogLevel::quiet);
    return img::Typesetter{img::open_fonts("")};
}

std::u32string without_blanks(std::u32string text) {
    std::erase_if(text, img::is_blank);
    return text;
}

void check(const img::SetLine& line, int room) {
    require(line.pieces.empty() || line.total_width() <= room);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static img::Typesetter typesetter = installed();
    if (size < 2)
        return 0;
    const int letters = 8 + data[0] % 64, room = data[1] * 8;
    const std::string text{img::text_of({data + 2, size - 2})};
    typesetter.set_size(letters, data[0] % 3);
    check(typesetter.set(text, room), room);
    std::u32string wrapped;
    bool cut = false;
    for (const img::SetLine& line : typesetter.wrap(text, room)) {
        check(line, room);
        wrapped += img::decode_utf8(line.text);
        cut = cut || line.cut;
    }
    require(cut || without_blanks(wrapped) == without_blanks(img::decode_utf8(text)));
    require(typesetter.wrap(text, room, 2).size() <= 2);
    return 0;
}
