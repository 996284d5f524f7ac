// SPDX-License-Identifier: MIT
#pragma once
// The page of the HTML report without its data: style sheet, scripts and libraries, put together
// when Procession is built (html/embed.cmake) from the files in html/. Used by html.cc.

#include <string_view>

namespace procession::report {

// The elements with the data stand between the two.
extern const std::string_view kHtmlHead;
extern const std::string_view kHtmlTail;

}  // namespace procession::report
