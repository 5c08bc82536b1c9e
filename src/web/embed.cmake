# Writes OUTPUT, a C++ source that holds the files below the folder PAGE, with the zipped form that stands beside some as
# FILE.gz, and the files DOCUMENTS: what the daemon serves needs no files beside it. Left alone where it is the same.
cmake_minimum_required(VERSION 3.25)

set(arrays "")
set(count 0)

# Adds the bytes of `file` as an array, whose view is put into `view`.
function(add_bytes file view)
  file(READ ${file} hex HEX)
  if(hex STREQUAL "")
    set(${view} "{}" PARENT_SCOPE)
    return()
  endif()
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  set(arrays "${arrays}constexpr unsigned char kBytes${count}[] = {${bytes}};\n" PARENT_SCOPE)
  set(${view} "text(kBytes${count})" PARENT_SCOPE)
  math(EXPR next "${count} + 1")
  set(count ${next} PARENT_SCOPE)
endfunction()

# Ordered, so that the same files make the same source.
file(GLOB_RECURSE files RELATIVE ${PAGE} ${PAGE}/*)
list(SORT files)
set(page "")
foreach(file IN LISTS files)
  if(file MATCHES "\\.gz$")
    continue()
  endif()
  add_bytes(${PAGE}/${file} content)
  set(zipped "{}")
  if(EXISTS ${PAGE}/${file}.gz)
    add_bytes(${PAGE}/${file}.gz zipped)
  endif()
  string(APPEND page "        {\"${file}\", ${content}, ${zipped}},\n")
endforeach()

set(documents "")
foreach(file IN LISTS DOCUMENTS)
  get_filename_component(name ${file} NAME)
  add_bytes(${file} content)
  string(APPEND documents "        {\"${name}\", ${content}, {}},\n")
endforeach()

file(WRITE ${OUTPUT}.new "#include \"page_files.hpp\"

namespace alleycat::serve {

namespace {

${arrays}
template <std::size_t Size>
std::string_view text(const unsigned char (&bytes)[Size])
{
    return {reinterpret_cast<const char*>(bytes), Size};
}

}  // namespace

std::span<const PageFile> page_files()
{
    static const PageFile kFiles[] = {
${page}    };
    return kFiles;
}

std::span<const PageFile> api_documents()
{
    static const PageFile kFiles[] = {
${documents}    };
    return kFiles;
}

}  // namespace alleycat::serve
")
file(COPY_FILE ${OUTPUT}.new ${OUTPUT} ONLY_IF_DIFFERENT)
file(REMOVE ${OUTPUT}.new)
