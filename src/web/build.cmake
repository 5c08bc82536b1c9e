# Builds the web page of the folder SOURCE into the folder PAGE with npm, and touches STAMP. MODE says what happens where
# that cannot be done: ON is an error; AUTO takes a notice in the page's place and leaves STAMP away, so that the next
# build tries again. OFF takes the notice without trying.
cmake_minimum_required(VERSION 3.25)

# Of what npm said, the cause is mostly in the first lines or in the last.
set(first_lines 4)
set(last_lines 12)

function(take_notice)
  file(REMOVE_RECURSE ${PAGE})
  file(COPY ${SOURCE}/unbuilt/index.html DESTINATION ${PAGE})
endfunction()

# What stands in the way, into `reason`; empty: the page is built.
function(build_page reason)
  find_program(node NAMES node nodejs NO_CACHE)
  find_program(npm npm NO_CACHE)
  if(NOT node OR NOT npm)
    set(${reason} "Node.js 18 or later and npm are not both there" PARENT_SCOPE)
    return()
  endif()
  execute_process(COMMAND ${node} --version OUTPUT_VARIABLE version ERROR_QUIET)
  if(NOT version MATCHES "^v([0-9]+)" OR CMAKE_MATCH_1 LESS 18)
    string(STRIP "${version}" version)
    set(${reason} "Node.js is ${version}; it must be 18 or later" PARENT_SCOPE)
    return()
  endif()

  # Builds that run side by side have one node_modules. (A file of its own: locking empties the file.)
  file(LOCK ${SOURCE}/node_modules.lock GUARD FUNCTION RESULT_VARIABLE ignored TIMEOUT 600)
  set(installed ${SOURCE}/node_modules/.package-lock.json)
  if(NOT EXISTS ${installed} OR ${SOURCE}/package-lock.json IS_NEWER_THAN ${installed})
    run_npm(failure ci --include=dev --no-audit --no-fund)
    if(failure)
      set(${reason} "${failure}" PARENT_SCOPE)
      return()
    endif()
  endif()
  run_npm(failure run build -- --outDir ${PAGE} --emptyOutDir)
  set(${reason} "${failure}" PARENT_SCOPE)
endfunction()

# What npm said where it failed, into `failure`; empty: it went well.
function(run_npm failure)
  execute_process(COMMAND ${npm} ${ARGN} WORKING_DIRECTORY ${SOURCE}
                  RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(result EQUAL 0)
    set(${failure} "" PARENT_SCOPE)
    return()
  endif()
  string(REGEX REPLACE "[][;]" " " said "${said}")  # which mean something in a list
  string(STRIP "${said}" said)
  string(REPLACE "\n" ";" said "${said}")
  list(LENGTH said lines)
  math(EXPR last "${lines} - ${last_lines}")
  if(last GREATER first_lines)
    list(SUBLIST said ${last} -1 end)
    list(SUBLIST said 0 ${first_lines} said)
    list(APPEND said "…" ${end})
  endif()
  list(JOIN ARGN " " command)
  list(JOIN said "\n    " said)
  set(${failure} "npm ${command} failed (${result}):\n    ${said}" PARENT_SCOPE)
endfunction()

if(MODE STREQUAL "OFF")
  take_notice()
  file(TOUCH ${STAMP})
  return()
endif()

build_page(reason)
if(NOT reason)
  file(TOUCH ${STAMP})
elseif(MODE STREQUAL "ON")
  message(FATAL_ERROR "The web page cannot be built: ${reason}")
else()
  message(WARNING "The web page cannot be built, and the daemon is built without it.\n"
                  "  ${reason}\n"
                  "  The next build tries again. -DALLEYCAT_PAGE=OFF builds without the page and this warning, "
                  "ON fails instead.")
  file(REMOVE ${STAMP})
  take_notice()
endif()
