// Checks GIFs that are there.

#include "verb/gif/check.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "verb/gif/report.hpp"

namespace img {

bool check_gifs(const std::vector<std::string>& files, GifCheckAs as,
                const std::function<void(const std::string&)>& print) {
    bool sound = true;
    for (const std::string& file : files) {
        const std::string name = file == "-" ? "<stdin>" : file;
        GifFacts facts;
        try {
            facts = inspect_gif(read_file(file == "-" ? "/dev/stdin" : file));
        } catch (const Error& error) {
            log_error(error.what());
            sound = false;
            continue;
        }
        if (as == GifCheckAs::json)
            print(gif_facts_json(name, facts));
        else
            for (const std::string& line : gif_facts_text(name, facts))
                print(line);
        for (const std::string& fault : facts.faults)
            log_error(str(printable(name), ": ", fault));
        if (facts.more_faults > 0)
            log_error(str(printable(name), ": and ", facts.more_faults, " faults more"));
        sound = sound && facts.sound();
    }
    return sound;
}

} // namespace img
