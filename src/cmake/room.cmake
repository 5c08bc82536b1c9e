# alleycat_room(<name> [TOGETHER] [GLUE] [ROOMS <room>...] [LIBRARIES <target>...] [PCH <header>...])
#
# One static library for the folder src/<name>, alias alleycat::<name>. ROOMS are the rooms whose public headers it may
# include: each room's include/alleycat/<room> is reachable only through a link of its own in the build tree, so an
# include of any other room does not compile.
#
# TOGETHER: its files name nothing twice, so for the sanitizers, which only tests are run with, they are compiled as one:
# that takes a third of the time.
# GLUE: it waits more than it computes, so with sanitizers it is not optimised: that takes two thirds of the time.
# A room that formats or logs has alleycat_fmt among its LIBRARIES.
function(alleycat_room name)
  cmake_parse_arguments(ROOM "TOGETHER;GLUE" "" "ROOMS;LIBRARIES;PCH" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(alleycat_${name} STATIC ${sources})
  add_library(alleycat::${name} ALIAS alleycat_${name})

  set(public ${PROJECT_SOURCE_DIR}/include/alleycat/${name})
  if(EXISTS ${public})
    set(root ${PROJECT_BINARY_DIR}/include/${name})
    file(MAKE_DIRECTORY ${root}/alleycat)
    if(NOT EXISTS ${root}/alleycat/${name})
      file(CREATE_LINK ${public} ${root}/alleycat/${name} SYMBOLIC)
    endif()
    target_include_directories(alleycat_${name} PUBLIC ${root})
  endif()
  target_include_directories(alleycat_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${name})

  list(TRANSFORM ROOM_ROOMS PREPEND alleycat::)
  target_link_libraries(alleycat_${name} PUBLIC alleycat_options ${ROOM_ROOMS} PRIVATE ${ROOM_LIBRARIES})
  if(ROOM_GLUE AND ALLEYCAT_SANITIZE)
    set_target_properties(alleycat_${name} PROPERTIES UNOPTIMISED ON)
  endif()
  if("alleycat_fmt" IN_LIST ROOM_LIBRARIES)
    set(first ${PROJECT_SOURCE_DIR}/src/cmake/fmt.hpp)
  endif()
  if(ROOM_TOGETHER AND ALLEYCAT_SANITIZE)
    set_target_properties(alleycat_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
    # A class that only its own file knows may hold what only that file knows; together, the compiler sees a header.
    target_compile_options(alleycat_${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
    if(first)
      set_target_properties(alleycat_${name} PROPERTIES UNITY_BUILD_CODE_BEFORE_INCLUDE "#include \"${first}\"")
    endif()
  else()
    target_precompile_headers(alleycat_${name} PRIVATE ${first} ${ROOM_PCH})
  endif()
endfunction()
