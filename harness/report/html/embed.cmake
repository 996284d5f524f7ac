# SPDX-License-Identifier: MIT
# Puts the page together from its parts, and writes it as C++ in two texts: what comes before the data
# and what comes after it.
#
#   cmake -DFOLDER=harness/report/html -DSCRIPTS=a.js,b.js -DOUTPUT=html_page.cc -P embed.cmake
#
# The page names the SHA-256 of its script and of its style sheet, so a browser runs nothing else.

set(delimiter "procession_html")

# "sha256-…" of a text, as Content-Security-Policy wants it: CMake has the hash in hexadecimal, 64
# digits; two more make 22 groups of three, each of which is two digits of base 64.
function(hash_of text output)
  set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  string(SHA256 hex "${text}")
  string(APPEND hex "00")
  set(result "sha256-")
  foreach(group RANGE 0 21)
    math(EXPR at "${group} * 3")
    string(SUBSTRING "${hex}" ${at} 3 digits)
    math(EXPR high "0x${digits} >> 6")
    math(EXPR low "0x${digits} & 63")
    string(SUBSTRING "${alphabet}" ${high} 1 first)
    string(SUBSTRING "${alphabet}" ${low} 1 second)
    string(APPEND result "${first}${second}")
  endforeach()
  string(REGEX REPLACE ".$" "=" result "${result}")  # 32 bytes are 43 digits
  set(${output} "${result}" PARENT_SCOPE)
endfunction()

file(READ "${FOLDER}/page.html" page)
file(READ "${FOLDER}/page.css" own_style)
file(READ "${FOLDER}/vendor/uPlot.min.css" style)
string(APPEND style "${own_style}")

# Their licences want to be in every copy.
set(script "")
foreach(library uPlot dagre)
  file(READ "${FOLDER}/vendor/${library}.LICENSE" licence)
  string(APPEND script "/* ${library}\n${licence}*/\n")
endforeach()
string(APPEND script "(() => {\n")
string(REPLACE "," ";" scripts "vendor/uPlot.iife.min.js,vendor/dagre.min.js,${SCRIPTS}")
foreach(file IN LISTS scripts)
  file(READ "${FOLDER}/${file}" text)
  string(APPEND script "${text}\n")
endforeach()
string(APPEND script "})();\n")
foreach(never "</script" "<!--" ")${delimiter}\"")
  string(FIND "${script}${style}" "${never}" found)
  if(NOT found EQUAL -1)
    message(FATAL_ERROR "embed.cmake: a script or the style sheet holds ${never}, which would end it")
  endif()
endforeach()

hash_of("${script}" script_hash)
hash_of("${style}" style_hash)
string(REPLACE "@SCRIPT_HASH@" "${script_hash}" page "${page}")
string(REPLACE "@STYLE_HASH@" "${style_hash}" page "${page}")
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")

set(mark "<!-- @DATA@ -->\n")
string(FIND "${page}" "${mark}" at)
string(SUBSTRING "${page}" 0 ${at} head)
string(LENGTH "${mark}" length)
math(EXPR after "${at} + ${length}")
string(SUBSTRING "${page}" ${after} -1 tail)

file(WRITE "${OUTPUT}"
  "// Made by embed.cmake from ${FOLDER}.\n"
  "#include \"harness/report/html_page.h\"\n\n"
  "namespace procession::report {\n\n"
  "const std::string_view kHtmlHead = R\"${delimiter}(${head})${delimiter}\";\n\n"
  "const std::string_view kHtmlTail = R\"${delimiter}(${tail})${delimiter}\";\n\n"
  "}  // namespace procession::report\n")
