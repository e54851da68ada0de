#!/bin/bash
# What is refused, in which words and with which status: plugins (tests/bad), files, --set, options.
set -u
: "${HEBB:?is the program}" "${top_srcdir:?is the source tree}"
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
bad=$(cd "$top_srcdir/tests/bad" && pwd)
include=$(cd "$top_srcdir/framework/include" && pwd)
cd "$here" || exit 1
failed=0 n=0

fail() {
  echo "FAIL: $*"
  head -5 err | sed 's/^/  said: /'
  failed=1
}

# expect STATUS SENTENCE LINES COMMAND...: the command ends with this status and says this, in so many lines
expect() {
  local status=$1 sentence=$2 lines=$3 got
  shift 3
  n=$((n + 1))
  "$@" >out 2>err
  got=$?
  [[ $got == "$status" ]] || fail "$* ended with $got, not $status"
  grep -qF -- "$sentence" err || fail "$* did not say: $sentence"
  [[ $(grep -c '^hebb: ' err) == "$lines" ]] || fail "$* did not say it in $lines line(s)"
  [[ $(wc -l <err) == "$lines" ]] || fail "$* said more than that"
}

cat >good.toml <<'EOF'
[env]
plugin = "cartpole"
[rule]
plugin = "abcd"
terms = "ABCD"
[optimizer]
plugin = "openai_es"
population = 8
[network]
layers = [4]
EOF
"$HEBB" check good.toml >out 2>err || fail "good.toml is refused"
grep -q '^good.toml: fine: cartpole, rule abcd, optimizer openai_es; tasks default; network 4-4-2; ' out ||
  fail "check did not say what it found: $(cat out)"
[[ ! -s err ]] || fail "check of a good file speaks"

# ---- plugins with one fault each ----

build() { # source library flag...
  local source=$1 library=$2
  shift 2
  "${CC:-cc}" -std=c11 -D_GNU_SOURCE -fPIC -shared -fvisibility=hidden "$@" -I"$include" -o "$library" "$source" -lm
}
header() { sed -n "s|^/\* $1: \(.*\) \*/\$|\1|p" "$2"; }

for source in "$bad"/*.c; do
  name=$(basename "$source" .c)
  sentence=$(header expect "$source")
  table=$(header as "$source")
  [[ -n $sentence ]] || { echo "FAIL: $source expects nothing"; failed=1; continue; }
  # shellcheck disable=SC2046 # several flags
  build "$source" "$name.so" $(header flags "$source") || { echo "FAIL: $source"; failed=1; continue; }
  expect 3 "$sentence" 1 "$HEBB" check good.toml --set "${table:-rule}.plugin=./$name.so"
  grep -qF "$here/$name.so: " err || grep -qF "./$name.so: " err || fail "$name: the file is not named"
done

# a rule in its own right, and a member of a family
"$HEBB" check good.toml --set rule.plugin=./family.so:second \
  --set network.weights.init=evolved >out 2>err || fail "a family's member"
grep -q 'rule second' out || fail "family.so:second opened something else"
expect 3 "family.so: holds no rule 'third', but first, second" 1 \
  "$HEBB" check good.toml --set rule.plugin=./family.so:third

# plugins of the first and of later headers are taken, and live
for name in oldest newer; do
  build "$bad/../good/$name.c" "$name.so" || { echo "FAIL: good/$name.c"; failed=1; }
  "$HEBB" run good.toml --set "rule.plugin=./$name.so" --set network.weights.init=evolved \
    --set run.generations=1 --workers 1 -o "$name" >out 2>err || fail "$name.so does not run"
  [[ -s $name/run.h5 ]] || fail "$name.so left no run"
done

# ---- files that are no plugins ----

library=$here/family.so
size=$(stat -c %s "$library")
echo 'all: mine.so' >text.so
: >empty.so
mkdir folder.so
mkfifo pipe.so
{ head -c 18 "$library"; printf '\267\0'; tail -c +21 "$library"; } >machine.so  # EM_AARCH64
[[ $(uname -m) == aarch64 ]] && { head -c 18 "$library"; printf '\076\0'; tail -c +21 "$library"; } >machine.so
"${CC:-cc}" -c -I"$include" -o object.so "$bad/family.c"
refuse_file() { expect 3 "$2" 1 "$HEBB" check good.toml --set "rule.plugin=./$1"; }
refuse_file none.so "--set rule.plugin: ./none.so: cannot be opened: No such file or directory"
refuse_file text.so "text.so: is no shared library; build the plugin with 'cc -shared -fPIC'"
refuse_file empty.so "empty.so: is no shared library"
refuse_file folder.so "folder.so: is no file but a folder; a plugin is a .so file"
refuse_file pipe.so "pipe.so: is no file but a device, pipe or socket"
refuse_file machine.so "machine.so: is built for another kind of processor; build it on this machine"
refuse_file object.so "object.so: is no shared library but an object or a program"
for length in 64 1000 4096 $((size / 2)) $((size - 1)); do
  head -c "$length" "$library" >cut.so
  refuse_file cut.so "cut.so: is cut off: its tables reach beyond its end; build or copy it again"
done
expect 3 "--set rule.plugin: no rule named 'abdc': looked for abdc.so in " 1 \
  "$HEBB" check good.toml --set rule.plugin=abdc
grep -q "; did you mean 'abcd'?" err || fail "abdc is not known as abcd"
expect 3 "is neither a plugin's name (small letters, digits, _ and -) nor a path" 1 \
  "$HEBB" check good.toml --set 'rule.plugin=..'

# hebb list tells of them and goes on
mkdir -p dir/rules
cp text.so dir/rules/text.so
cp other_abi.so dir/rules/
cp family.so dir/rules/
expect 0 "dir/rules/other_abi.so: built for plugin ABI 2" 2 "$HEBB" list rules --plugin-dir dir
for name in family:first family:second abcd; do
  grep -q "^  $name " out || fail "list leaves out $name: $(cat out)"
done
grep -q 'text' out && fail "list shows a text file"

# ---- experiments ----

refuse_toml() { # status sentence lines text: appended to good.toml
  { cat good.toml; printf '%s\n' "$4"; } >bad.toml
  expect "$1" "$2" "$3" "$HEBB" check bad.toml
  expect "$1" "$2" "$3" "$HEBB" run bad.toml
}
refuse_toml 2 "bad.toml:11:1: unknown key 'wieghts' in [network]; did you mean 'weights'?" 1 'wieghts = 1'
refuse_toml 2 "bad.toml:11:1: network.activation: 'relux' is not one of tanh|relu|sigmoid|linear; did you mean 'relu'?" 1 \
  'activation = "relux"'
refuse_toml 2 "bad.toml:12:1: limits.memory: nan is not a finite number" 1 $'[limits]\nmemory = nan'
refuse_toml 2 "bad.toml:12:1: run.generations: 0 is out of range 1..10000000" 2 \
  $'[run]\ngenerations = 0\nseed = -1'
refuse_toml 2 "bad.toml:11:1: condition 'q': without an event it is its task alone; write [[condition.event]]" 1 \
  $'[[condition]]\nname = "q"'
event=$'[[condition]]\nname = "q"\n[[condition.event]]\n'
refuse_toml 2 "bad.toml:15:1: unknown key 'untill' in [condition.event]; did you mean 'until'?" 1 \
  "$event"$'kind = "freeze_rule"\nuntill = 3\nat = 1'
refuse_toml 2 "bad.toml:15:1: condition 'q': freeze_rule takes no 'fraction', but at, until, layer" 1 \
  "$event"$'kind = "freeze_rule"\nfraction = 0.5\nat = 1'
# what only the opened world shows
{ cat good.toml; printf '%s' "$event"; printf 'kind = "freeze_rule"\nat = [1, 500]\n'; } >bad.toml
expect 2 "bad.toml:13:1: condition 'q': freeze_rule: at = 500 is never reached: a life in task 'default' has at most 500 decisions, the last is 499" \
  1 "$HEBB" check bad.toml
{ cat good.toml; printf '%s' "$event"; printf 'kind = "set_env"\nat = 3\nenv.max_steps = 50\n'; } >bad.toml
expect 2 "bad.toml:13:1: condition 'q': set_env: environment 'cartpole' cannot be changed in mid-life (it offers no retarget)" \
  1 "$HEBB" check bad.toml
refuse_toml 2 "bad.toml:11:5: " 1 'x = = 3'
expect 2 "--set optimizer.population: 1000000000000 is out of range 1..1000000" 1 \
  "$HEBB" run good.toml --set optimizer.population=1000000000000
expect 2 "--set optimizer.sigma: nan is not a finite number" 1 "$HEBB" run good.toml --set optimizer.sigma=nan
expect 2 "--set 'x': wants TABLE.KEY=VALUE" 1 "$HEBB" run good.toml --set x
expect 2 "no experiment 'none.toml': neither a file nor installed" 1 "$HEBB" run none.toml
expect 2 "'folder.so' is a folder; name a TOML file" 1 "$HEBB" run folder.so
expect 2 "pipe.so: is no ordinary file; name a TOML file" 1 "$HEBB" run pipe.so
printf 'x = "\377"\n' >latin.toml
expect 2 "latin.toml:1:" 1 "$HEBB" check latin.toml
head -c 1048577 /dev/zero >large.toml
expect 2 "large.toml: is larger than 1 MiB, which no experiment is" 1 "$HEBB" check large.toml
{ printf 'a.%.0s' {1..100000}; echo 'a = 1'; } >deep.toml
expect 2 "deep.toml:1:128: a key of more than 64 parts" 1 "$HEBB" check deep.toml
printf 'extends = ["two.toml"]\n' >one.toml
printf '\nextends = "one.toml"\n' >two.toml
expect 2 "two.toml:2:1: extends: 'one.toml' in the end extends itself" 1 "$HEBB" check one.toml
printf 'extends = ["good.toml"]\n[rule]\nplugin = "./text.so"\n[optimizer]\nsgima = 1\n' >both.toml
expect 3 "both.toml:3:1: rule.plugin: " 2 "$HEBB" check both.toml
grep -qF "both.toml:5:1: unknown key 'sgima' in [optimizer]; did you mean 'sigma'?" err || fail "both at once"

# what only opening everything shows: worlds, network, optimizer and memory, all at once and with places
late() { # status sentence lines --set...
  expect "$1" "$2" "$3" "$HEBB" check good.toml "${@:4}"
  "$HEBB" run good.toml "${@:4}" -o late >out 2>err
  local got=$?
  [[ $got == "$1" ]] || fail "run ${*:4} ended with $got, not $1"
  grep -qF -- "$2" err || fail "run ${*:4} did not say: $2"
  [[ ! -e late ]] || fail "run ${*:4} left a folder"
}
late 2 "good.toml:7:1: openai_es: population = 3: candidates come in mirrored pairs" 1 \
  --set optimizer.population=3
late 2 "--set network.action: this world's actions are discrete; leave it at \"environment\"" 2 \
  --set network.action=tanh --set optimizer.population=7
grep -qF "good.toml:7:1: openai_es: population = 7: " err || fail "both at once"
late 2 "--set network.layers: 4295360512 synapses with 5 numbers each take 81928 MB for one individual" 1 \
  --set 'network.layers=[65536,65536]'
grep -qF "turn down network.layers, or raise limits.memory" err || fail "what to turn down"
late 2 "--set lifetime.episodes: 1000000 episodes of at most 1000000 steps" 1 \
  --set lifetime.episodes=1000000 --set env.max_steps=1000000
late 2 "--set limits.memory: this run needs about " 1 --set limits.memory=100 \
  --set 'network.layers=[1024,512]' --set optimizer.population=1000000
late 2 "--set rule.plugin: genome: nothing would evolve: rule 'static' has no coefficients" 1 \
  --set rule.plugin=static
# convolutions: what does not fit what the environment shows, or the other lists
convolve() { # channels kernel stride pool: the options
  set=(--set "network.convolution.channels=$1" --set "network.convolution.kernel=$2"
    --set "network.convolution.stride=$3" --set "network.convolution.pool=$4")
}
convolve '[6]' '[3]' '[1]' '[2]'
late 2 "--set network.convolution.channels: environment 'cartpole' shows 4 numbers, no picture; leave it empty" 1 "${set[@]}"
convolve '[6, 8]' '[3]' '[1, 1]' '[]'
late 2 "--set network.convolution.kernel: has 1 numbers, network.convolution.channels 2; one for each convolution" 3 "${set[@]}"
grep -qF -- "--set network.convolution.pool: has 0 numbers" err || fail "the other list"
grep -qF -- "shows 4 numbers, no picture" err || fail "lists and picture at once"
build "$bad/../good/picture.c" picture.so || fail "good/picture.c"
picture=(--set env.plugin=./picture.so)
convolve '[6, 8]' '[3, 6]' '[1, 2]' '[2, 2]'
late 2 "--set network.convolution.kernel: convolution 1 has a kernel of 6 x 6, but only 5 x 4 pixels are left for it" 2 \
  "${picture[@]}" "${set[@]}" --set network.action=argmax
grep -qF -- "--set network.action: argmax and sample need a world with discrete actions" err || fail "kernel and action at once"
if [[ -e $top_builddir/envs/ant.la ]]; then # a refused world says nothing of pictures
  expect 2 ": task 'intact': ant: burn_in = 5000 leaves no decision of max_steps = 1000" 1 \
    "$HEBB" check base-ant --set env.burn_in=5000 "${set[@]}" --set optimizer.plugin=openai_es
fi
convolve '[6, 8]' '[3, 3]' '[1, 2]' '[2, 2]'
late 2 "--set network.convolution.pool: convolution 1 has a pool of 2 x 2, but makes only 2 x 1 pixels" 1 \
  "${picture[@]}" "${set[@]}"
convolve '[4096, 4096]' '[9, 1]' '[1, 1]' '[1, 1]'
late 2 "--set network.convolution.channels: a worker needs " 1 "${picture[@]}" "${set[@]}" --set limits.memory=30
convolve '[4096, 4096, 4096]' '[1, 12, 1]' '[1, 1, 1]' '[1, 1, 1]'
late 2 "--set network.convolution.kernel: convolution 1 has a kernel of 12 x 12, but only 12 x 10 pixels" 1 \
  "${picture[@]}" "${set[@]}"
convolve '[4096, 4096]' '[1, 10]' '[1, 1]' '[1, 1]'
late 2 "--set network.convolution.channels: convolution 1 has more weights or pixels than can be counted" 1 \
  "${picture[@]}" "${set[@]}"
convolve '[6]' '[0]' '[1]' '[1]'
expect 2 "network.convolution.kernel[0]: 0 is out of range 1..1024" 1 "$HEBB" check good.toml "${picture[@]}" "${set[@]}"
expect 2 "unknown key 'kernels' in [network.convolution]; did you mean 'kernel'?" 1 \
  "$HEBB" check good.toml --set 'network.convolution.kernels=[3]'
convolve '[6, 8]' '[3, 4]' '[1, 1]' '[2, 1]'
"$HEBB" check good.toml "${picture[@]}" "${set[@]}" >out 2>err || fail "convolutions that fit: $(cat err)"
grep -qF "network 12x10x3-5x4x6-2x1x8-16-4-1; $((6 * 27 + 8 * 96 + 5 * (64 + 4))) genes" out ||
  fail "check did not say what convolutions make: $(cat out)"
"$HEBB" check good.toml "${picture[@]}" "${set[@]}" --resolved >out 2>err
grep -qxF '[network.convolution]' out || fail "--resolved lost the convolutions"
grep -qxF 'kernel = [3, 4]' out || fail "--resolved lost the kernels"
# a refused file does not stain the next one
cp good.toml odd.toml
sed -i 's/^population = 8/population = 9/' odd.toml
expect 2 "odd.toml:7:1: openai_es: population = 9: " 1 "$HEBB" check odd.toml good.toml
grep -q '^good.toml: fine: ' out || fail "the file behind a refused one"
if [[ -e $top_builddir/envs/ant.la ]]; then
  cat >ant.toml <<'EOF'
extends = ["base-ant.toml"]
[env]
burn_in = 5000
[network]
action = "argmax"
[optimizer]
plugin = "openai_es"
population = 7
EOF
  expect 2 ": task 'intact': ant: burn_in = 5000 leaves no decision of max_steps = 1000" 3 "$HEBB" check ant.toml
  grep -q '^hebb: .*base-ant.toml:[0-9]*:1: task' err || fail "ant.toml: the task's place"
  grep -qF "ant.toml:5:1: network.action: argmax and sample need a world with discrete actions" err ||
    fail "ant.toml: the network's action"
  grep -qF "ant.toml:7:1: openai_es: population = 7: " err || fail "ant.toml: the population"
  expect 2 "healthy_z_min = 2 is above healthy_z_max = 1: no height would be healthy" 1 \
    "$HEBB" check first --set env.task=ant_v4 --set env.healthy_z_min=2
fi
[[ ! -e runs ]] || fail "a refused run left a folder"

# another rule on an experiment that says more than the new rule knows
"$HEBB" check good.toml --set rule.plugin=static --set network.weights.init=evolved >out 2>err || fail "rule.plugin=static"

# ---- --resolved ----

"$HEBB" check good.toml --resolved >one.txt 2>err || fail "--resolved"
cp one.txt resolved.toml
"$HEBB" check resolved.toml --resolved >two.txt 2>err || fail "what --resolved prints is refused"
sed -i 's/^name = "good"$/name = "resolved"/' one.txt
sed -i 's/^name = "good"$/name = "resolved"/' two.txt
cmp -s one.txt two.txt || fail "--resolved of --resolved differs"
for line in 'population = 8' 'layers = [4]' 'terms = "ABCD"'; do
  grep -qxF "$line" one.txt || fail "--resolved lost $line"
done

# ---- options and names ----

expect 2 "check: an experiment is wanted; see 'hebb check --help'" 1 "$HEBB" check
expect 2 "check: unknown option --resolve-all" 1 "$HEBB" check --resolve-all good.toml
expect 2 "check: --set wants a value" 1 "$HEBB" check good.toml --set
expect 2 "check: --resolved takes one experiment, 2 given" 1 "$HEBB" check --resolved good.toml good.toml
expect 2 "list: 'rule' is none of rules, envs, optimizers, experiments" 1 "$HEBB" list rule
expect 2 "describe: a name is wanted: a plugin, or a table" 1 "$HEBB" describe
expect 2 "describe: 'abcdd' is neither a plugin nor a table of an experiment; did you mean 'abcd'?" 1 \
  "$HEBB" describe abcdd
expect 2 "describe: 'networks' is neither a plugin nor a table of an experiment; did you mean 'network'?" 1 \
  "$HEBB" describe networks
expect 2 "describe: --format wants text, man or markdown, not 'html'" 1 "$HEBB" describe abcd --format html
expect 2 "--set rule.terms: 'X' is not one of ABCD|ABC|AD|A" 1 "$HEBB" describe abcd --set rule.terms=X
expect 3 "text.so: is no shared library" 1 "$HEBB" describe ./text.so
expect 2 "'hebb --help' lists them" 1 "$HEBB" chekc good.toml

echo "$n refusals"
((!failed))
