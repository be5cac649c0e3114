# The steps that tools/run, tools/test and .ci/run share; sourced, never run.
# Every step is quiet when all is well and shows its log's end when it is not.
# The sourcing script has done `set -euo pipefail`; `root` is set here.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$root/build/log

# say TEXT...: one line of talk, on stderr.
say() {
  printf '%s\n' "$*" >&2
}

# fail TEXT...: says why and ends the script.
fail() {
  say "error: $*"
  exit 1
}

# fail_with_log LOG TEXT...: shows the end of a log, where it is, and ends.
fail_with_log() {
  local log=$1
  shift
  say "---- the last 40 lines of $log"
  tail -n 40 "$log" >&2 || true
  say "----"
  fail "$* (whole log: $log)"
}

# -- packages -----------------------------------------------------------------

# packages_of SECTION...: prints the packages of these sections.
packages_of() {
  local section package wanted
  while read -r section package; do
    for wanted in "$@"; do
      [[ $section == "$wanted" ]] && printf '%s\n' "$package"
    done
  done < <(sed 's/#.*//' "$root/tools/packages.txt")
  return 0
}

# missing_of PACKAGE...: prints those that are not fully installed.
missing_of() {
  local installed package
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" \
    2>/dev/null | sed -n 's/^installed //p') || true
  for package in "$@"; do
    grep -qxF -- "$package" <<<"$installed" || printf '%s\n' "$package"
  done
}

# The part of an installation that needs root. It runs in a shell of its own,
# so that `sudo` can start it. A service that a package brings must not start:
# policy-rc.d forbids it for the time of the installation, and whatever file
# was there before is put back on every way out.
install_script='
set -eu
policy=/usr/sbin/policy-rc.d
kept=$policy.kept-by-troupe
put_back() {
  rm -f "$policy"
  if [ -e "$kept" ]; then mv "$kept" "$policy"; fi
}
trap put_back EXIT
trap "exit 130" INT TERM
if [ -e "$policy" ] && [ ! -e "$kept" ]; then mv "$policy" "$kept"; fi
printf "#!/bin/sh\nexit 101\n" >"$policy"
chmod 755 "$policy"
export DEBIAN_FRONTEND=noninteractive
get() {
  apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}
# Lists that are absent or stale show as a package without a candidate or as
# a download that fails; only then are they fetched anew.
if ! get install --no-install-recommends "$@"; then
  get update
  get install --no-install-recommends "$@"
fi
'

# install_packages SECTION...: installs what these sections lack.
install_packages() {
  local packages missing as_root=()
  [[ -r /etc/debian_version ]] && command -v apt-get >/dev/null \
    || fail "this is not Debian; install what tools/packages.txt names," \
      "then: cmake --preset release && cmake --build --preset release"
  mapfile -t packages < <(packages_of "$@")
  mapfile -t missing < <(missing_of "${packages[@]}")
  if ((${#missing[@]} == 0)); then
    say "packages: all ${#packages[@]} are installed"
    return
  fi
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null || fail "missing packages: ${missing[*]};" \
      "run this as root, or install sudo, or have them installed"
    as_root=(sudo)
  fi
  say "packages: installing ${#missing[@]} of ${#packages[@]}:" \
    "${missing[*]}"
  "${as_root[@]}" sh -c "$install_script" install_packages "${missing[@]}" \
    </dev/null >"$logs/install.log" 2>&1 \
    || fail_with_log "$logs/install.log" "packages could not be installed;" \
      "is the network up, and is this Debian 12?"
}

# -- building -----------------------------------------------------------------

# build_jobs: prints how many compilers to run: one a core, but no more than
# one per 1.5 GiB of free memory, for files that include CAF are large.
build_jobs() {
  local cores memory_kib by_memory
  cores=$(nproc)
  memory_kib=$(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo \
    2>/dev/null || true)
  by_memory=$((${memory_kib:-1572864} / 1572864))
  ((by_memory >= 1)) || by_memory=1
  printf '%s\n' "$((cores < by_memory ? cores : by_memory))"
}

# show_progress TITLE: reads ninja's output and turns it into one line.
show_progress() {
  local title=$1 line last=
  while IFS= read -r line; do
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    last=${BASH_REMATCH[1]}/${BASH_REMATCH[2]}
    [[ -t 2 ]] && printf '\r%s: %s ' "$title" "$last" >&2
  done
  [[ -t 2 && -n $last ]] && printf '\r\033[K' >&2
  return 0
}

# build PRESET OPTION... -- TARGET...: configures once, then builds.
# Without targets it builds everything.
build() {
  local preset=$1 log=$logs/build-$1.log started=$SECONDS
  local options=() targets=()
  shift
  while (($#)) && [[ $1 != -- ]]; do
    options+=("$1")
    shift
  done
  shift || true
  (($# == 0)) || targets=(--target "$@")
  # ccache wants a home; a bare shell or a CI job may have none.
  [[ -n ${HOME:-} ]] || export CCACHE_DIR=$root/build/ccache
  say "build: preset $preset, log in $log"
  if [[ ! -f $root/build/$preset/build.ninja ]]; then
    (cd "$root" && cmake --preset "$preset" "${options[@]}") >"$log" 2>&1 \
      || fail_with_log "$log" "cmake could not configure preset $preset"
  fi
  (cd "$root" && cmake --build --preset "$preset" --parallel \
    "$(build_jobs)" "${targets[@]}") 2>&1 | tee "$log" \
    | show_progress "build" \
    || fail_with_log "$log" "preset $preset does not build"
  if grep -q 'no work to do' "$log"; then
    say "build: nothing to do"
  else
    say "build: done in $((SECONDS - started)) s"
  fi
}

mkdir -p "$logs"
