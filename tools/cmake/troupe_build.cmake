# The build policy that every first-party target links, and the two functions
# that declare targets. Included once, by the top CMakeLists.txt.

find_program(TROUPE_CCACHE ccache)
mark_as_advanced(TROUPE_CCACHE)
if(TROUPE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${TROUPE_CCACHE}")
  # A precompiled header defeats ccache unless these two are forgiven.
  set(ENV{CCACHE_SLOPPINESS} "pch_defines,time_macros")
endif()

add_library(troupe_policy INTERFACE)
target_compile_options(troupe_policy INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  # Eight-lane float values (domain/audio/lanes.hpp) cross inlined calls only.
  -Wno-psabi
  # GCC 12 sees overlaps in std::string that are not there (its bug 105651).
  $<$<CONFIG:Release>:-Wno-restrict>
  $<$<BOOL:${TROUPE_WERROR}>:-Werror>)
target_include_directories(troupe_policy INTERFACE "${PROJECT_SOURCE_DIR}")
if(TROUPE_SANITIZE)
  # CAF's init_fun_factory.hpp binds a reference to null on purpose.
  target_compile_options(troupe_policy INTERFACE
    -fsanitize=${TROUPE_SANITIZE} -fno-sanitize-recover=all
    -fno-sanitize=null -fno-omit-frame-pointer)
  target_link_options(troupe_policy INTERFACE -fsanitize=${TROUPE_SANITIZE})
endif()

# troupe_library(NAME HEADERS ... SOURCES ... PUBLIC ... PRIVATE ...)
# A static library of one folder (or one io adapter), its headers verified
# self-contained.
function(troupe_library name)
  cmake_parse_arguments(arg "" "" "HEADERS;SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_sources(${name} PUBLIC FILE_SET HEADERS
    BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${arg_HEADERS})
  target_link_libraries(${name}
    PUBLIC troupe_policy ${arg_PUBLIC}
    PRIVATE ${arg_PRIVATE})
endfunction()

# troupe_test(NAME SOURCES ... LIBRARIES ...)
# One GoogleTest program, every TEST a ctest case of its own.
function(troupe_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_compile_definitions(${name} PRIVATE
    TROUPE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name}
    PRIVATE troupe_policy ${arg_LIBRARIES} GTest::gtest_main)
  gtest_discover_tests(${name}
    DISCOVERY_TIMEOUT 60
    DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT ${arg_TIMEOUT})
endfunction()
