// Reads a GIF strictly, and says what it holds and what is wrong with it.

#include "verb/gif/inspect.hpp"

#include "verb/gif/lzw_check.hpp"

#include <algorithm>
#include <bitset>
#include <utility>

namespace img {

namespace {

constexpr std::size_t most_faults = 8;

/// What ends the reading: what comes after it cannot be told.
struct Unreadable {
    std::string why;
};

/// A palette and which of its colours were drawn.
struct Palette {
    std::size_t colors = 0;
    std::bitset<256> used;

    std::size_t unused() const {
        std::size_t count = 0;
        for (std::size_t i = 0; i < colors; ++i)
            count += used[i] ? 0 : 1;
        return count;
    }
};

/// A graphic control extension, which is about the next image.
struct Control {
    int centiseconds = 0;
    std::optional<std::uint8_t> transparent;
};

class Inspector {
public:
    explicit Inspector(ByteView bytes) : left_(bytes) { facts_.bytes = bytes.size(); }

    GifFacts run() {
        try {
            read_header();
            while (read_block()) {
            }
        } catch (const Unreadable& end) {
            fault(end.why);
        }
        if (facts_.images == 0 && facts_.sound())
            fault("there are no images");
        facts_.unused_colors += global_.unused();
        return facts_;
    }

private:
    void fault(const std::string& what) {
        if (facts_.faults.size() < most_faults)
            facts_.faults.push_back(what);
        else
            ++facts_.more_faults;
    }
    void fault_of_image(const std::string& what) {
        fault(str("frame ", facts_.images, ": ", what));
    }

    std::uint8_t take() {
        if (left_.empty())
            throw Unreadable{cut_};
        std::uint8_t byte = left_[0];
        left_ = left_.subspan(1);
        return byte;
    }
    int take_two() {
        int low = take();
        return low | take() << 8;
    }
    ByteView take(std::size_t count) {
        if (left_.size() < count)
            throw Unreadable{cut_};
        ByteView taken = left_.first(count);
        left_ = left_.subspan(count);
        return taken;
    }
    /// The sub-blocks up to their terminator, with their lengths.
    ByteView take_chain() {
        ByteView from = left_;
        while (std::uint8_t length = take())
            take(length);
        return from.first(from.size() - left_.size());
    }

    void read_header() {
        std::string_view name = text_of(left_.first(std::min<std::size_t>(left_.size(), 6)));
        if (name != "GIF87a" && name != "GIF89a")
            throw Unreadable{"is not a GIF"};
        facts_.version = name;
        take(6);
        facts_.canvas.width = take_two();
        facts_.canvas.height = take_two();
        std::uint8_t packed = take();
        take(2); // background and aspect, which viewers do not heed
        if (facts_.canvas.width == 0 || facts_.canvas.height == 0)
            fault(str("the canvas is ", facts_.canvas.width, "x", facts_.canvas.height));
        global_ = take_palette(packed);
        facts_.global_colors = global_.colors;
    }

    Palette take_palette(std::uint8_t packed) {
        Palette palette;
        if (packed & 0x80) {
            palette.colors = std::size_t{2} << (packed & 7);
            take(palette.colors * 3);
        }
        return palette;
    }

    /// False at the trailer.
    bool read_block() {
        cut_ = "is cut off: there is no end marker";
        std::uint8_t kind = take();
        switch (kind) {
        case 0x21:
            cut_ = "is cut off in an extension";
            read_extension();
            return true;
        case 0x2C:
            ++facts_.images;
            cut_ = str("frame ", facts_.images, ": is cut off");
            read_image();
            return true;
        case 0x3B:
            facts_.bytes_after_end = left_.size();
            return false;
        default:
            throw Unreadable{str("at byte ", facts_.bytes - left_.size() - 1,
                                 " there is no block, but ", static_cast<int>(kind))};
        }
    }

    void read_extension() {
        std::uint8_t label = take();
        ByteView chain = take_chain();
        if (label == 0xF9)
            read_control(chain);
        else if (label == 0xFE)
            ++facts_.comments;
        else if (label == 0xFF)
            read_application(chain);
        else if (label == 0x01)
            control_ = {}; // plain text, which has used it up
    }

    void read_control(ByteView chain) {
        if (chain.size() != 6 || chain[0] != 4) {
            fault(str("frame ", facts_.images + 1, ": its control extension has a wrong length"));
            return;
        }
        control_ = {chain[2] | chain[3] << 8, std::nullopt};
        if (chain[1] & 1)
            control_.transparent = chain[4];
    }

    void read_application(ByteView chain) {
        if (chain[0] != 11 || chain.size() < 16)
            return;
        std::string_view name = text_of(chain.subspan(1, 11));
        bool loops = name == "NETSCAPE2.0" || name == "ANIMEXTS1.0";
        if (loops && chain[12] == 3 && chain[13] == 1)
            facts_.repeats = chain[14] | chain[15] << 8;
    }

    void read_image() {
        int left = take_two(), top = take_two();
        Size size;
        size.width = take_two();
        size.height = take_two();
        std::uint8_t packed = take();
        Palette local = take_palette(packed);
        Control control = std::exchange(control_, {});
        if (local.colors > 0) {
            ++facts_.local_palettes;
            facts_.largest_local = std::max(facts_.largest_local, local.colors);
        }
        count_delay(control.centiseconds);

        int code_size = take();
        ByteView chain = left_;
        cut_ = str("frame ", facts_.images, ": is cut off in its image data");
        std::optional<Unreadable> cut;
        try {
            chain = take_chain();
        } catch (const Unreadable& end) {
            cut = end; // after what is there
        }
        facts_.image_bytes += chain.size();

        if (size.width == 0 || size.height == 0)
            fault_of_image("has no pixels");
        else if (left + size.width > facts_.canvas.width ||
                 top + size.height > facts_.canvas.height)
            fault_of_image("reaches outside the canvas");
        Palette& palette = local.colors > 0 ? local : global_;
        if (palette.colors == 0)
            fault_of_image("has no palette");
        if (cut)
            throw *cut;
        check_data(chain, code_size, size, palette, control.transparent);
        if (local.colors > 0)
            facts_.unused_colors += local.unused();
    }

    void check_data(ByteView chain, int code_size, Size size, Palette& palette,
                    std::optional<std::uint8_t> transparent) {
        if (code_size < 2 || code_size > 8) {
            fault_of_image(str("a code size of ", code_size, " is not possible"));
            return;
        }
        std::uint64_t pixels =
            static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height);
        LzwFacts data = check_lzw(chain, code_size, pixels);
        facts_.bytes_after_images += data.bytes_after_end;
        if (!data.fault.empty())
            fault_of_image(data.fault);
        for (std::size_t i = palette.colors; i < data.used.size() && palette.colors > 0; ++i)
            if (data.used[i]) {
                fault_of_image(str("uses color ", i, " of a palette of ", palette.colors));
                break;
            }
        if (transparent && data.used[*transparent] && data.used.count() == 1)
            ++facts_.idle_images;
        palette.used |= data.used;
        if (transparent)
            palette.used[*transparent] = true; // it has a purpose even where no pixel has it
    }

    void count_delay(int centiseconds) {
        Duration delay{centiseconds * 10};
        facts_.shortest = facts_.images == 1 ? delay : std::min(facts_.shortest, delay);
        facts_.longest = std::max(facts_.longest, delay);
        facts_.duration += delay;
    }

    ByteView left_;
    GifFacts facts_;
    Palette global_;
    Control control_;
    std::string cut_ = "is cut off in its header"; ///< what to say when the bytes end here
};

} // namespace

GifFacts inspect_gif(ByteView bytes) {
    return Inspector{bytes}.run();
}

} // namespace img
