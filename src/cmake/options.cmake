# The one place for compiler flags: every target of this project links alleycat_options.
add_library(alleycat_options INTERFACE)
target_compile_features(alleycat_options INTERFACE cxx_std_20)
target_compile_options(alleycat_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wold-style-cast -Wcast-qual -Woverloaded-virtual
  -Wconversion -Wsign-conversion -Wnull-dereference -Wimplicit-fallthrough
  -ffp-contract=off  # outputs are compared byte for byte, so no fused multiply-add
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op>
  $<$<BOOL:${ALLEYCAT_WERROR}>:-Werror>)
# simdjson's on-demand parser uses vector instructions only where the compiler may: SSE4.2 and carry-less multiplication
# are in every x86-64 processor since 2010. (Indexing a text picks the best instructions at run time anyway.)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_options(alleycat_options INTERFACE -march=x86-64-v2 -mpclmul)
endif()
# GCC 12 reports null dereferences and odd bounds inside optimised standard and Boost headers.
target_compile_options(alleycat_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-null-dereference -Wno-stringop-overflow -Wno-array-bounds -Wno-restrict>)
target_compile_definitions(alleycat_options INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(alleycat_options INTERFACE Boost::headers Threads::Threads)

# What only tests others, and is most of what there is to compile, need not be fast itself.
target_compile_options(alleycat_options INTERFACE
  $<$<BOOL:$<TARGET_PROPERTY:UNOPTIMISED>>:-O0>
  $<$<AND:$<BOOL:$<TARGET_PROPERTY:UNOPTIMISED>>,$<CONFIG:RelWithDebInfo>>:-g1>)

if(ALLEYCAT_SANITIZE)
  target_compile_options(alleycat_options INTERFACE -fsanitize=${ALLEYCAT_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all $<$<NOT:$<BOOL:$<TARGET_PROPERTY:UNOPTIMISED>>>:-O1>)
  target_link_options(alleycat_options INTERFACE -fsanitize=${ALLEYCAT_SANITIZE})
  if(ALLEYCAT_SANITIZE STREQUAL "thread")
    # GCC's thread sanitizer does not model the fences of Asio's scheduler. What it adds makes the compiler see values
    # of optionals that nobody reads as read.
    target_compile_definitions(alleycat_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
    target_compile_options(alleycat_options INTERFACE -Wno-tsan -Wno-maybe-uninitialized)
  endif()
endif()
if(ALLEYCAT_FUZZ)
  target_compile_options(alleycat_options INTERFACE -fsanitize=fuzzer-no-link,address,undefined -O1
                         -fno-sanitize-recover=all -Wno-unused-command-line-argument)
  target_link_options(alleycat_options INTERFACE -fsanitize=address,undefined)
endif()

# Asio and Beast are compiled once, here, and not again in each file that includes them.
add_library(alleycat_boost STATIC ${PROJECT_SOURCE_DIR}/src/cmake/boost.cpp)
target_link_libraries(alleycat_boost PUBLIC alleycat_options)

# So is what formats any argument, see fmt.hpp.
add_library(alleycat_fmt STATIC ${PROJECT_SOURCE_DIR}/src/cmake/fmt.cpp)
target_link_libraries(alleycat_fmt PUBLIC alleycat_options fmt::fmt)

if(ALLEYCAT_SANITIZE)
  set_target_properties(alleycat_boost alleycat_fmt PROPERTIES UNOPTIMISED ON)
endif()
