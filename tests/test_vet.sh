#!/bin/bash
# hebb vet finds every fault that faulty/*.c can show, passes what is sound, and compares vectors.
set -u
hebb=${HEBB:-./hebb}
source=${top_srcdir:-.}
folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT
failures=0

wrong() {
  echo "FAILED: $1"
  failures=$((failures + 1))
}

# expect STATUS LINE ARGUMENT...: hebb vet ARGUMENT... ends with the status and prints the line
expect() {
  local status=$1 line=$2
  shift 2
  "$hebb" vet "$@" >"$folder/out" 2>&1
  local found=$?
  [ "$found" = "$status" ] || wrong "vet $*: status $found, not $status: $(cat "$folder/out")"
  grep -qE -- "$line" "$folder/out" || wrong "vet $*: no line '$line' in: $(cat "$folder/out")"
}

# ---- plugins with a fault: the check that must find it ----

for kind in rule sweep env optimizer; do
  ${CC:-cc} -std=c11 -O2 -ffp-contract=off -fvisibility=hidden -fPIC -shared \
    -I"$source/framework/include" "$source/tests/faulty/$kind.c" -o "$folder/faulty_$kind.so" -lm ||
    wrong "faulty/$kind.c does not compile"
done

fault() {
  local table=$1
  [ "$table" = sweep ] && table=rule
  expect 4 "^  $3 +FAILED" "$folder/faulty_$1.so" --set "$table.fault=$2" --seconds 3
}

for kind in rule env optimizer; do
  expect 0 'all fine$' "$folder/faulty_$kind.so" --set "$kind.fault=none"
done
expect 0 '^  sweep agrees with update +fine \(330 cases\)$' "$folder/faulty_sweep.so" --set rule.fault=none
expect 0 'all fine$' "$folder/faulty_sweep.so" --set rule.fault=none
fault rule mixes 'lanes do not mix'
fault rule mixes 'one lane alone gives the bits of three together'
fault rule touches 'a lane that is over is left alone'
fault rule allocates 'no memory is allocated in hot calls'
fault rule infinite 'finite on random input'
fault rule remembers deterministic
fault rule before 'writes weights, traces and states only'
fault rule after 'writes weights, traces and states only'
fault rule input 'writes weights, traces and states only'
fault rule crashes 'neither crashes nor hangs'
fault rule hangs 'neither crashes nor hangs'
fault rule exits 'neither crashes nor hangs'
fault rule nameless 'the shape makes sense'
fault rule twins 'the shape makes sense'
fault rule silent 'a refusal says why'
fault sweep late 'sweep agrees with update'
fault sweep unscaled 'sweep agrees with update'
fault sweep unseen 'sweep agrees with update'
fault sweep forgets 'sweep agrees with update'
fault sweep touches 'sweep: a lane that is over is left alone'
fault sweep mixes 'sweep: one lane alone gives the bits of three'
fault sweep half 'prepare writes all planes, from the coefficients alone'
fault sweep drives 'sweep: without pre nothing is driven'
fault sweep traced 'sweep is offered where update needs no more than it'
fault env seedless 'equal seeds and actions give equal bits'
fault env keeps 'reset begins anew: nothing of the life before is left'
fault env mixes 'one lane alone gives the bits of three together'
fault env touches 'a lane that is done is left alone'
fault env allocates 'no memory is allocated in hot calls by the plugin.s code'
fault env infinite 'observations, rewards and scores are finite'
fault env endless 'an episode ends within max_steps'
fault env early 'an episode ends within max_steps'
fault env after 'writes nothing outside its arrays'
fault env action 'actions are only read'
fault env selects 'reset begins only the selected lanes'
fault env wild 'wild actions give finite numbers, or FAILED and why'
fault env half 'named quantities are read whole'
fault env bounds 'the shape makes sense'
fault env refuses 'the options are accepted'
fault optimizer impure 'ask is pure: any order, any number of times'
fault optimizer pointer 'the state goes on elsewhere from its bytes'
fault optimizer allocates 'no memory is allocated in hot calls'
fault optimizer infinite 'candidates and centre are finite'
fault optimizer same 'candidates differ'
fault optimizer split 'how the pool splits changes nothing'
fault optimizer remembers deterministic
fault optimizer after 'writes genome and state only'
fault optimizer descends 'climbs: .*'
fault optimizer seedless 'another seed gives other candidates'
fault optimizer part 'the labelled parts lie in the state'
fault optimizer empty 'the options are accepted'
fault optimizer forgets 'reshape carries the state over'
fault optimizer zeros 'reshape carries the state over'

# one that says of itself that it changes no genome
${CC:-cc} -std=c11 -O2 -ffp-contract=off -fvisibility=hidden -fPIC -shared -DFLAGS=HEBB_LEAVES_GENOME \
  -I"$source/framework/include" "$source/tests/faulty/optimizer.c" -o "$folder/changing.so" -lm ||
  wrong 'faulty/optimizer.c does not compile'
expect 4 '^  candidates are the genome at the start +FAILED' "$folder/changing.so" --set optimizer.fault=none
expect 0 '^  candidates are the genome at the start +fine' none

# what vet finds in a shape, play and describe refuse as well
printf '0\n' >"$folder/actions.csv"
for command in play describe; do
  words=("$command" "$folder/faulty_env.so" --set env.fault=bounds)
  [ $command = play ] && words+=(--actions "$folder/actions.csv" -o "$folder/play.h5")
  "$hebb" "${words[@]}" >"$folder/out" 2>&1
  [ $? = 3 ] || wrong "$command takes an environment that makes no sense"
  grep -q 'faulty_env: the bounds of action 0, -1 and -1, leave nothing' "$folder/out" ||
    wrong "$command does not say what makes no sense: $(cat "$folder/out")"
done

# without --set the words of its choices are tried, the user's first
expect 4 'with fault = pointer' "$folder/faulty_optimizer.so"

# ---- plugins of the tree, by name ----

expect 0 '^abcd: .*12 combinations of options \(12 more refused by the plugin\): all fine$' abcd
expect 0 '^abcd: .*3 combinations of options.*: all fine$' abcd --set rule.terms=AD \
  --set rule.learning_rate=true
expect 0 '^static: .*: all fine$' static
expect 0 '^openai_es: .*: all fine$' openai_es
expect 0 '^cartpole: .*: all fine$' cartpole --kind env

# ---- what cannot be vetted ----

expect 3 "named 'nothing'" nothing
expect 3 'is no shared library' "$source/tests/golden/README.md"
expect 2 'wants rule, env or optimizer' abcd --kind sword
expect 2 'one plugin is wanted, 0 given'
expect 2 'one plugin is wanted, 2 given' abcd static
expect 2 'wants a number from 0' abcd --tolerance -1
expect 2 "did you mean 'AD'" abcd --set rule.terms=AX
expect 3 'is a rule' abcd --kind env

# ---- vectors ----

vectors=$source/tests/golden/vectors.h5
expect 0 '^abcd: 21 groups, 21 of them bit for bit, 0 failed' abcd --vectors "$vectors"
expect 0 '^  AD_lr_layer2 +weight exact$' abcd --vectors "$vectors"
expect 2 'vectors are for synaptic rules' openai_es --vectors "$vectors"
expect 74 'nowhere.h5' abcd --vectors "$folder/nowhere.h5"
expect 2 'static has no such parameter' static --vectors "$vectors"

if [ -n "${PYTHON:-}" ]; then
  "$PYTHON" - "$vectors" "$folder" <<'EOF' || wrong 'Python cannot write vectors'
import sys, h5py, numpy as np
source, folder = sys.argv[1:]

def copy(name, change):
    with h5py.File(source, "r") as a, h5py.File(f"{folder}/{name}.h5", "w") as b:
        a.copy("ABCD_lr_layer1", b, name="case")
        change(b["case"])

def replace(group, name, value):
    del group[name]
    group[name] = value

def nearly(g):  # a part in a million of the largest weight is allowed, not more
    replace(g, "weight_after", g["weight_after"][()] * np.float32(1 + 3e-7))
def off(g):
    w = g["weight_after"][()]
    w[2, 1] += np.float32(1e-3)
    replace(g, "weight_after", w)
def turned(g):  # planes in another order, and named so
    order = [4, 2, 0, 3, 1]
    names = [n for n in g.attrs["coef_name"]]
    replace(g, "coef", g["coef"][()][order])
    g.attrs["coef_name"] = [names[k] for k in order]
def unnamed(g):
    del g.attrs["coef_name"]
def unknown(g):
    g.attrs["lerning_rate"] = 1
def wrong_word(g):
    g.attrs["terms"] = "ABBA"
def other_form(g):
    g.attrs["learning_rate"] = False
def no_after(g):
    del g["weight_after"]
def doubles(g):
    for name in ("pre", "post", "coef", "weight", "weight_after"):
        replace(g, name, g[name][()].astype("f8"))
def remark(g):
    g.attrs["_made_by"] = "hand"
    g.attrs["source"] = "nobody"

for change in (nearly, off, turned, unnamed, unknown, wrong_word, other_form, no_after, doubles, remark):
    copy(change.__name__, change)

# another size, and what a rule may be given beside
rng = np.random.default_rng(1)
with h5py.File(f"{folder}/large.h5", "w") as f:
    g = f.create_group("deep/down/case")
    x, y = rng.standard_normal(64).astype("f4"), rng.standard_normal(33).astype("f4")
    a, eta = rng.standard_normal((2, 64, 33)).astype("f4")
    w = rng.standard_normal((64, 33)).astype("f4")
    g["pre"], g["post"], g["drive"], g["weight"] = x, y, y, w
    g["coef"] = np.stack([a, eta])
    g["modulator"], g["reward"] = y, np.float32(1)
    g["weight_after"] = w + a * x[:, None] * y[None] * eta
    g.attrs["terms"], g.attrs["learning_rate"] = "A", True
EOF
  expect 0 '^abcd: 1 groups, 0 of them bit for bit, 0 failed' abcd --vectors "$folder/nearly.h5"
  expect 4 'FAILED$' abcd --vectors "$folder/nearly.h5" --tolerance 0
  expect 4 '^  case +weight 0.001  FAILED' abcd --vectors "$folder/off.h5"
  expect 0 "0 of them bit for bit" abcd --vectors "$folder/off.h5" --tolerance 0.01
  expect 0 '1 of them bit for bit' abcd --vectors "$folder/turned.h5"
  expect 0 '1 of them bit for bit' abcd --vectors "$folder/unnamed.h5"
  expect 2 'case: lerning_rate: abcd has no such parameter' abcd --vectors "$folder/unknown.h5"
  expect 2 'ABBA' abcd --vectors "$folder/wrong_word.h5"
  expect 4 '5 coefficients, but abcd has 4' abcd --vectors "$folder/other_form.h5"
  expect 4 'nothing to compare' abcd --vectors "$folder/no_after.h5"
  expect 0 '1 of them bit for bit' abcd --vectors "$folder/doubles.h5"
  expect 0 '1 of them bit for bit' abcd --vectors "$folder/remark.h5"
  expect 0 '^  deep/down/case +weight exact' abcd --vectors "$folder/large.h5"
else
  echo "without Python: vectors of other forms are not tried"
fi

# ---- learners of value, soon enough at an update ----

for learner in dqn_ep dqn; do
  expect 0 'all fine$' "$learner" --set rule.start=3 --set rule.batch=4 --set rule.replay=8 --set rule.period=2
done
expect 0 'all fine$' reward_ep --set rule.hidden=16

[ "$failures" = 0 ] || exit 1
echo "vet: all as expected"
