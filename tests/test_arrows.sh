#!/bin/bash
# The house's arrows point one way: what may include what.
set -u
cd "${top_srcdir:-.}" || exit 1
failed=0

# forbid WHY PATTERN FILE...: no line of the files may match
forbid() {
  local why=$1 pattern=$2
  shift 2
  (($#)) || { echo "FAIL: no files to look at: $why"; failed=1; return; }
  if grep -nHE "$pattern" -- "$@"; then
    echo "FAIL: $why"
    failed=1
  fi
}
included() { printf '^ *# *include *["<](%s)[">]' "$1"; }

# all files of a kind but those named by a pattern
except() { # pattern file...
  local pattern=$1 file
  shift
  for file in "$@"; do [[ $file =~ $pattern ]] || echo "$file"; done
}
shopt -s nullglob
plugins=(rules/*.[ch] envs/*.[ch] envs/*.cc plugins/*.[ch] plugins/template/*/*.c)
core=(framework/*.[ch] framework/*.cc)

# a plugin's own headers stand beside it; of the framework it sees the kit alone
for header in framework/*.h; do
  forbid "plugins include <hebb/...> only" "$(included "(.*/)?${header##*/}")" "${plugins[@]}"
done
forbid "plugins do not reach into the framework" '^ *# *include *".*framework/' "${plugins[@]}"
forbid "the kit includes the kit and the C library" '^ *# *include *".*/' framework/include/hebb/*.h

mapfile -t rest < <(except '/(store|golden_read)' "${core[@]}")
forbid "hdf5.h belongs to store*.c" "$(included '(.*/)?(hdf5|hdf5_hl|store_hdf5)\.h')" "${rest[@]}" "${plugins[@]}"
mapfile -t rest < <(except '/(experiment[a-z_]*\.[ch]|toml\.(h|cc))$' "${core[@]}")
forbid "toml.h belongs to experiment*.c" "$(included 'toml\.h')" "${rest[@]}"
mapfile -t rest < <(except '/toml\.cc$' "${core[@]}")
forbid "toml++ stays behind toml.cc" '^ *# *include *<toml\+\+' "${rest[@]}" "${plugins[@]}"

life=(framework/genome.[ch] framework/network.[ch] framework/rollout*.[ch] framework/pool.[ch])
forbid "a life knows neither files nor TOML" "$(included '(store|toml|evolve|evaluate|cmd|hdf5)[a-z_]*\.h')" "${life[@]}"

# what a run prints is decided in main and in the commands
mapfile -t rest < <(except '/(main|cmd_[a-z]*|error)\.c$' "${core[@]}")
forbid "only main ends the program" '(^|[^_a-z])(exit|abort)\(' "${rest[@]}"

((!failed))
