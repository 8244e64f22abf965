// The page that shows the newest pictures, and the resources that it loads.
#pragma once

#include "verb/serve/site.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace img {

/// The text as HTML content or attribute value.
std::string escape_html(std::string_view text);

/// The page for `cameras`. Without a script it reloads itself; with one it replaces the pictures in
/// place. Its links are relative, so that it may be served below any path.
std::string front_page(const std::vector<CameraFiles>& cameras, Duration refresh, Instant now);

/// "12 seconds ago", "3 hours ago"; "just now" also for times to come.
std::string age_text(Duration age);

/// A file that comes with the program.
struct OwnResource {
    std::string_view path; ///< below the root
    std::string_view type;
    std::string_view text;
    std::string etag; ///< of the text
};

/// nullptr when there is none of that name.
const OwnResource* own_resource(std::string_view path);

} // namespace img
