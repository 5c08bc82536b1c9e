# Writes OUTPUT, a C++ source that holds each of FILES as text: what the daemon serves needs no files beside it.
set(text "#include \"page_files.hpp\"\n\nnamespace alleycat::serve {\n\nstd::span<const PageFile> page_files()\n{\n    static constexpr PageFile kFiles[] = {\n")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  file(READ ${file} content)
  string(APPEND text "        {\"${name}\", R\"page(${content})page\"},\n")
endforeach()
string(APPEND text "    };\n    return kFiles;\n}\n\n}  // namespace alleycat::serve\n")
file(WRITE ${OUTPUT} "${text}")
