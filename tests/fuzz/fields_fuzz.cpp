// The JSON of --fields and of a frame's notes, masks and templates, over any bytes.

#include "base/error.hpp"
#include "verb/stamp.hpp"
#include "verb/stamp/facts.hpp"
#include "verb/stamp/privacy.hpp"
#include "verb/stamp/text_template.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{img::text_of({data, size})};
    if (std::optional<img::FieldMap> fields = img::fields_in_json(text))
        for (const auto& [name, value] : *fields)
            if (value.text().size() > 1100)
                std::abort();
    // What is left of notes has no time to take away any more.
    std::string notes = img::notes_without_times(text);
    if (!notes.empty() && img::notes_without_times(notes) != notes)
        std::abort();
    img::condition_of(text);
    img::temperature_of(text);
    img::parse_mask(text);
    try {
        img::TextTemplate lines{text};
        lines.lines([](std::string_view name) { return std::string{name}; }, img::Instant{},
                    img::Zone{std::chrono::minutes{0}});
    } catch (const img::Error&) {
        // An open brace, or a time that is too wide.
    }
    return 0;
}
