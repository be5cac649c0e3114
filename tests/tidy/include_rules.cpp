#include "tests/tidy/include_rules.hpp"

#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace troupe::testing {

namespace {

using names = std::set<std::string, std::less<>>;

// -- tables -------------------------------------------------------------------

/// Which folder may include which.
const std::map<std::string, names, std::less<>> arrows = {
  {"domain", {"domain"}},
  {"config", {"config", "domain"}},
  {"io", {"io", "domain"}},
  {"actors", {"actors", "config", "domain"}},
  {"tools", {"tools", "actors", "config", "domain", "io"}},
  {"tests", {"tests", "tools", "actors", "config", "domain", "io"}},
  {"bench", {"bench", "tests", "tools", "actors", "config", "domain", "io"}},
};

/// Which libraries a folder may know beyond those; absent = any but CAF.
const std::map<std::string, names, std::less<>> libraries = {
  {"domain", {"std", "fmt", "eigen", "highway"}},
  {"actors", {"std", "fmt", "caf"}},
};

/// The parsers that config/ may know, in its sources only.
const names parsers = {"tomlplusplus", "nlohmann", "cli11"};

/// The files of actors/ that may talk to the operating system.
constexpr std::array<std::string_view, 2> os_exceptions = {
  "actors/poll_actor.hpp", "actors/basp_door"};

const names os_headers = {
  "aio.h",       "dirent.h", "dlfcn.h",   "errno.h",   "execinfo.h",
  "fcntl.h",     "ftw.h",    "fnmatch.h", "getopt.h",  "glob.h",
  "netdb.h",     "poll.h",   "pthread.h", "pwd.h",     "sched.h",
  "signal.h",    "spawn.h",  "stdlib.h",  "syslog.h",  "termios.h",
  "ucontext.h",  "unistd.h", "grp.h",     "ifaddrs.h", "malloc.h",
  "semaphore.h",
};

const names os_folders = {"sys", "linux", "asm", "net", "netinet", "arpa"};

const std::map<std::string, std::string, std::less<>> library_by_folder = {
  {"Eigen", "eigen"},         {"unsupported", "eigen"}, {"hwy", "highway"},
  {"toml++", "tomlplusplus"}, {"CLI", "cli11"},         {"gmock", "gtest"},
};

/// Libraries whose headers lie in no folder of their own.
const std::map<std::string, std::string, std::less<>> library_by_header = {
  {"amqp.h", "rabbitmq"},
  {"amqp_framing.h", "rabbitmq"},
  {"chromaprint.h", "chromaprint"},
  {"sndfile.h", "sndfile"},
  {"sndfile.hh", "sndfile"},
  {"fftw3.h", "fftw"},
  {"sqlite3.h", "sqlite"},
  {"cblas.h", "openblas"},
  {"spng.h", "spng"},
  {"ebur128.h", "ebur128"},
  // Comes with the compiler, like the standard library.
  {"immintrin.h", "std"},
  {"jpeglib.h", "libjpeg"},
  {"jerror.h", "libjpeg"},
  {"lcms2.h", "lcms2"},
};

const names taglib_headers = {
  "aifffile.h",
  "apetag.h",
  "audioproperties.h",
  "fileref.h",
  "flacfile.h",
  "id3v1tag.h",
  "id3v2tag.h",
  "infotag.h",
  "mp4file.h",
  "mpegfile.h",
  "oggflacfile.h",
  "opusfile.h",
  "rifffile.h",
  "tag.h",
  "taglib.h",
  "tbytevector.h",
  "tbytevectorstream.h",
  "tdebuglistener.h",
  "tfile.h",
  "tfilestream.h",
  "tiostream.h",
  "tlist.h",
  "tmap.h",
  "tpropertymap.h",
  "tstring.h",
  "tstringlist.h",
  "vorbisfile.h",
  "wavfile.h",
  "xiphcomment.h",
};

// -- the checks of one include ------------------------------------------------

std::optional<std::string> wrong_arrow(const source_file& file,
                                       const std::string& target) {
  const auto layer = file.layer();
  const auto folder = target.substr(0, target.find('/'));
  if (target.find('/') == std::string::npos)
    return "\"" + target + "\" does not start at the repository's root";
  const auto allowed = arrows.find(layer);
  if (allowed != arrows.end() && !allowed->second.contains(folder))
    return layer + " must not include " + folder;
  if (layer == "actors" && folder == "config"
      && !target.ends_with("_config.hpp"))
    return "actors may include only the plain structs of config";
  return std::nullopt;
}

bool may_touch_os(const source_file& file) {
  for (const auto exception : os_exceptions)
    if (file.path.starts_with(exception))
      return true;
  return file.layer() != "domain" && file.layer() != "actors";
}

std::optional<std::string> wrong_library(const source_file& file,
                                         const std::string& library) {
  const auto layer = file.layer();
  if (library == "caf" && layer != "actors" && layer != "tests"
      && layer != "bench")
    return "only actors/ may include CAF";
  if (library == "os")
    return may_touch_os(file) ? std::nullopt
                              : std::optional{layer + " must not call the OS"};
  if (library == "std" || library == "fmt")
    return std::nullopt;
  if ((layer == "io" || layer == "config") && file.is_header())
    return "the header shows " + library + "; keep it in the .cpp";
  if (layer == "config" && !parsers.contains(library))
    return "config may not know " + library;
  const auto allowed = libraries.find(layer);
  if (allowed != libraries.end() && !allowed->second.contains(library))
    return layer + " may not know " + library;
  return std::nullopt;
}

/// The text between two delimiters of an include line, if it is one.
std::optional<std::string> included(const std::string& line, char open,
                                    char close) {
  if (!line.starts_with("#include"))
    return std::nullopt;
  const auto begin = line.find(open);
  const auto end = line.find(close, begin + 1);
  if (begin == std::string::npos || end == std::string::npos)
    return std::nullopt;
  return line.substr(begin + 1, end - begin - 1);
}

} // namespace

// -- interface ----------------------------------------------------------------

std::string library_of(std::string_view header) {
  const auto slash = header.find('/');
  const auto folder = std::string{header.substr(0, slash)};
  if (slash != std::string_view::npos) {
    if (os_folders.contains(folder))
      return "os";
    const auto known = library_by_folder.find(folder);
    return known == library_by_folder.end() ? folder : known->second;
  }
  if (folder.find('.') == std::string::npos)
    return "std";
  if (os_headers.contains(folder))
    return "os";
  if (taglib_headers.contains(folder))
    return "taglib";
  const auto known = library_by_header.find(folder);
  return known == library_by_header.end() ? folder : known->second;
}

complaints check_includes(const source_file& file) {
  complaints found;
  names adapted;
  std::size_t number = 0;
  for (const auto& line : lines_of(file.text)) {
    ++number;
    std::optional<std::string> wrong;
    if (const auto target = included(line, '"', '"')) {
      wrong = wrong_arrow(file, *target);
    } else if (const auto header = included(line, '<', '>')) {
      const auto library = library_of(*header);
      wrong = wrong_library(file, library);
      if (library != "std" && library != "os" && library != "fmt")
        adapted.insert(library);
      if (!wrong && file.layer() == "io" && adapted.size() > 1)
        wrong = "an adapter knows one library; this is its second: " + library;
    }
    if (wrong)
      found.push_back(complaint(file, number, *wrong));
  }
  return found;
}

} // namespace troupe::testing
