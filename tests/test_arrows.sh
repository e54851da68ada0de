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
mapfile -t rest < <(except '/((experiment[a-z_]*|table_file|table_find)\.[ch]|toml\.(h|cc))$' "${core[@]}")
forbid "toml.h belongs to experiment*.c and table_{file,find}.c" "$(included 'toml\.h')" "${rest[@]}"
mapfile -t rest < <(except '/toml\.cc$' "${core[@]}")
forbid "toml++ stays behind toml.cc" '^ *# *include *<toml\+\+' "${rest[@]}" "${plugins[@]}"

life=(framework/genome.[ch] framework/network.[ch] framework/rollout*.[ch] framework/event.[ch] framework/pool.[ch])
forbid "a life knows neither files nor TOML" "$(included '(store|toml|evolve|evaluate|cmd|hdf5)[a-z_]*\.h')" "${life[@]}"

# What a file includes through others counts as well. The compiler lists it; a header that it does not find
# (-MG: a library's, or revision.h, which make writes) stands in the list under the name of its #include.
read -ra compiler <<<"${CC:-cc}"
reached() { # FILE: the paths of its headers on one line
  local list
  list=$("${compiler[@]}" -std=c11 -D_GNU_SOURCE -M -MG -I framework/include -iquote framework "$1") ||
    { echo "FAIL: $1: the compiler does not list its headers" >&2; return 1; }
  # a family of rules has folders beside each other: x/../y is y
  tr -s '\\\n' '  ' <<<"${list#*:}" | sed -E 's#[a-z_]+/\.\./##g'
}
# keep_from WHY PATTERN FILE...: no file may reach a header that matches
keep_from() {
  local why=$1 pattern=$2 file list found
  shift 2
  (($#)) || { echo "FAIL: no files to look at: $why"; failed=1; return; }
  for file in "$@"; do
    list=$(reached "$file") || { failed=1; continue; }
    if found=$(tr ' ' '\n' <<<"$list" | grep -E '\.h$' | grep -E "$pattern"); then
      echo "FAIL: $why: $file reaches ${found//$'\n'/ }"
      failed=1
    fi
  done
}

mapfile -t rest < <(except '/store' framework/*.c)
keep_from "hdf5.h belongs to store*.c" '(^|/)(hdf5|store_hdf5)\.h$' "${rest[@]}"
[[ $(reached framework/store_file.c) == *hdf5.h* ]] ||
  { echo "FAIL: store_file.c is not seen to reach hdf5.h: the lists are wrong"; failed=1; }
mapfile -t rest < <(except '/(experiment|table_file|table_find)' framework/*.c)
keep_from "toml.h belongs to experiment*.c and table_{file,find}.c" '^framework/toml\.h$' "${rest[@]}"
keep_from "a life knows neither files nor TOML" '(^|/)((store|cmd)[a-z_]*|evolve|evaluate|toml|hdf5)\.h$' \
  framework/{genome,network,plan,condition,event,rollout,rollout_room,pool}.c
# of the tree, a plugin reaches the kit and its own folder
keep_from "rules see the kit alone" '^(framework/[a-z_]*\.h|envs/|plugins/|tests/)|\.\./' rules/*.c rules/*/*.c
keep_from "environments see the kit alone" '^(framework/[a-z_]*\.h|rules/|plugins/|tests/)|\.\./' envs/*.c
keep_from "optimizers see the kit alone" '^(framework/[a-z_]*\.h|rules/|envs/|tests/)|\.\./' plugins/*.c

# what a run prints is decided in main and in the commands
mapfile -t rest < <(except '/(main|cmd_[a-z]*|error)\.c$' "${core[@]}")
forbid "only main ends the program" '(^|[^_a-z])(exit|abort)\(' "${rest[@]}"

((!failed))
