#!/bin/bash
# A staged installation is whole, and what `hebb new` writes builds outside of the tree through
# pkg-config, passes `hebb vet` and runs; then `make uninstall` leaves nothing.
set -u
: "${top_builddir:?is set by make check}" "${HEBB:?is set by make check}"
command -v pkg-config >/dev/null || exit 77
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES DESTDIR HEBB_PLUGIN_PATH HEBB_DATA_PATH HEBB_INCLUDE HEBB_PROGRAM

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stage=$work/stage
failed=0

fail() {
  echo "FAIL: $*"
  failed=1
}
quietly() { # command...: its output is shown where it fails
  "$@" >"$work/log" 2>&1 && return
  fail "$*"
  cat "$work/log"
  return 1
}
refused() { # status words command...: fails with this status and a sentence with these words
  local status=0
  "${@:3}" >"$work/out" 2>"$work/log" || status=$?
  [[ $status == "$1" ]] && grep -qF "$2" "$work/log" && return
  fail "${*:3}: status $status and '$(cat "$work/log")', not $1 and '$2'"
}

# ---- installation ----

quietly make -C "$top_builddir" install DESTDIR="$stage" || exit 1
program=$(find "$stage" -path '*/bin/hebb' -type f)
pc=$(find "$stage" -name hebb.pc)
[[ -x $program && -f $pc ]] || { fail "no program or no hebb.pc"; exit 1; }
cp -p "$program" "$work/installed"
for file in man1/hebb.1 man5/hebb-experiment.5 man7/hebb-plugin.7 completions/hebb \
  hebb/experiments/first.toml hebb/template/rule/NAME.c; do
  [[ -s $(find "$stage" -path "*/$file") ]] || fail "not installed: $file"
done
[[ $(find "$stage" -path '*/include/hebb/*.h' | wc -l) == 7 ]] || fail "the kit has not seven headers"
[[ -z $(find "$stage" -name '*.la') ]] || fail "libtool archives are installed"
grep -q '^Libs' "$pc" && fail "hebb.pc has Libs: there is nothing to link with"
while read -r plugin; do
  symbols=$(nm -D --defined-only "$plugin" | sed 's/.* //')
  [[ $symbols == hebb_plugin_at ]] || fail "$plugin exports: $symbols"
done < <(find "$stage" -name '*.so')
grep -q '@[A-Za-z]*@' "$(find "$stage" -name hebb.1)" && fail "hebb.1 has an unfilled @WORD@"

# ---- as an author has it: program on the path, pkg-config knows hebb ----

PKG_CONFIG_PATH=$(dirname "$pc")
plugindir=$(PKG_CONFIG_PATH=$PKG_CONFIG_PATH pkg-config --variable=plugindir hebb)
export PKG_CONFIG_PATH
export HEBB_PLUGIN_PATH=$stage$plugindir
HEBB_DATA_PATH=$(dirname "$(find "$stage" -path '*/hebb/template')")
export HEBB_DATA_PATH PATH=${program%/*}:$PATH
mkdir "$work/author"
cd "$work/author" || exit 1

header=$(find "$stage" -path '*/include/hebb/plugin.h')
abi=$(sed -n 's/^#define HEBB_ABI \([0-9]*\)u$/\1/p' "$header")
[[ $(pkg-config --variable=abi hebb) == "$abi" ]] || fail "hebb.pc has another abi than plugin.h"

small=(--set run.generations=2 --set optimizer.population=8 --set env.max_steps=60 --workers 1)
world=first.toml
[[ -f $HEBB_PLUGIN_PATH/envs/ant.so ]] || world=cartpole-abcd.toml

completed=$(bash -c 'source "$1"; COMP_WORDS=(hebb run fir); COMP_CWORD=2; _hebb; echo "${COMPREPLY[*]}"' \
  bash "$(find "$stage" -path '*/completions/hebb')")
[[ $completed == first ]] || fail "'hebb run fir' is completed to '$completed'"

for kind in rule env optimizer; do
  quietly hebb new "$kind" "my-$kind" || continue
  # the headers that pkg-config names, below the stage
  quietly env PKG_CONFIG_SYSROOT_DIR="$stage" make -C "my-$kind" check
  grep -qF -- "-I$stage/" "$work/log" || fail "my-$kind was not built through pkg-config"
  quietly make -C "my-$kind" install DESTDIR="$stage"
  quietly hebb describe "my-$kind"
done
(($(wc -l <my-rule/my-rule.c) <= 70)) || fail "the new rule has more than 70 lines"

quietly hebb new rule mine && quietly env PKG_CONFIG_SYSROOT_DIR="$stage" make -C mine
quietly hebb run "$world" --set rule.plugin=./mine/mine.so "${small[@]}" -o run
[[ -s run/run.h5 ]] || fail "no run with the new rule"
printf '%s\n' 'schema = 1' '[env]' 'plugin = "my-env"' '[network]' 'layers = [4]' '[rule]' 'plugin = "my-rule"' \
  '[optimizer]' 'plugin = "my-optimizer"' >three.toml
quietly hebb run three.toml "${small[@]}" -o three
[[ -s three/run.h5 ]] || fail "no run with three plugins by name"

# ---- what `hebb new` refuses ----

before=$(cat mine/* | cksum)
refused 2 "exists already" hebb new rule mine
[[ $(cat mine/* | cksum) == "$before" ]] || fail "an existing folder was touched"
for name in Mine 9mine _x 'a b' ../mine "$(printf 'a%.0s' {1..65})" ''; do
  refused 2 "is no name" hebb new rule "$name"
done
refused 2 "not 'thing'" hebb new thing x
refused 2 "wants rule" hebb new rule
refused 74 "No such file" hebb new rule lost no/such/folder
HEBB_DATA_PATH=/nowhere refused 74 "data folders" hebb new rule lost
[[ ! -e lost ]] || fail "a failed 'hebb new' left something"

# ---- from the build tree, where pkg-config may know nothing, in folders with a space ----

unset HEBB_PLUGIN_PATH HEBB_DATA_PATH
export PKG_CONFIG_PATH='' PKG_CONFIG_LIBDIR=/nowhere
mkdir "a tree"
ln -s "$HEBB" "a tree/hebb"
cp -r "$(dirname "$header")/.." "a tree/include"
quietly "$HEBB" new rule near "a tree/near"
refused 74 "mkdir -p" "$HEBB" new rule near not/there/near
quietly "$HEBB" new rule far "a tree/far"
grep -qF "make -C 'a tree/far' check" "$work/log" || fail "'hebb new' does not quote: $(cat "$work/log")"
grep -qF "$HEBB run first.toml --set 'rule.plugin=a tree/far/far.so'" "$work/log" ||
  fail "'hebb new' does not quote: $(cat "$work/log")"
quietly make -C "a tree/near" check HEBB="$PWD/a tree/hebb" HEBB_INCLUDE="$PWD/a tree/include"
refused 2 "install hebb first" make -C "a tree/near" install
[[ ! -e /rules/near.so ]] || fail "installed into /rules"
quietly make -C "a tree/near" install plugindir="$PWD/a tree/plugins here"
[[ -f "a tree/plugins here/rules/near.so" ]] || fail "plugindir= is not heeded"
export PKG_CONFIG_PATH="${pc%/*}"
unset PKG_CONFIG_LIBDIR

# ---- and away again ----

rm -f "$stage$plugindir"/*/my-*.so
quietly make -C "$top_builddir" uninstall DESTDIR="$stage"
left=$(find "$stage" ! -type d)
[[ -z $left ]] || fail "left after uninstall: $left"
left=$(find "$stage" -type d -name hebb)
[[ -z $left ]] || fail "folder left after uninstall: $left"

((!failed))
