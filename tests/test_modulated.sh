#!/bin/bash
# Modulated runs: the same numbers with any number of workers and every instruction set, for every source; their
# files agree with the schema and show the modulator; what is refused, and where; nothing is said without it.
set -u
: "${HEBB:?is the program}" "${top_srcdir:?is the source tree}"
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
cd "$here" || exit 1
failed=0
fail() { echo "FAIL: $*" >&2; failed=1; }

genes() { # RUN: a hash of the centre and all numbers of a recorded life
  "$HEBB" evaluate "$1" --rollouts 3 --record 1 --seed 3 --force -o "$1.h5" >out 2>err || fail "evaluate $1: $(cat err)"
  "$HEBB" inspect "$1.h5" --validate >out 2>err || fail "$1.h5: $(cat out err)"
  "$HEBB" inspect "$1/run.h5" --validate >out 2>err || fail "$1/run.h5: $(cat out err)"
  "$HEBB" inspect "$1.h5" | grep genome_sha256
  if [[ -n ${PYTHON:-} ]]; then
    "$PYTHON" - "$1.h5" <<'PY' || fail "what Python reads"
import sys, hashlib, h5py
h = hashlib.sha256()
with h5py.File(sys.argv[1]) as f:
    f["lifetimes"].visititems(lambda name, x: h.update(x[()].tobytes()) if isinstance(x, h5py.Dataset) and x.dtype.kind in "fiu" else None)
print(h.hexdigest())
PY
  fi
}

small=(--set run.generations=2 --set optimizer.population=6 --set record.weight_every=1)
abcd=(cartpole-abcd "${small[@]}" --set modulation.trace=first)
declare -A what=(
  [reward]="reward" [layer]="layer_neuron" [network]="network_neuron" [hidden]="hidden_neurons"
)
for name in reward layer network hidden; do
  for clone in default v3 v4; do
    for workers in 1 3; do
      run=$name-$clone-$workers
      HEBB_CLONE=$clone "$HEBB" run "${abcd[@]}" --set modulation.source="${what[$name]}" \
        --set network.input_reward=true --set network.input_action=true --workers $workers -o "$run" >out 2>err ||
        fail "$run: $(cat err)"
      HEBB_CLONE=$clone genes "$run" >"$run.hash"
      cmp -s "$run.hash" "$name-default-1.hash" || fail "$run differs from $name-default-1"
    done
  done
done
for a in reward layer network hidden; do
  for b in reward layer network hidden; do
    [[ $a == "$b" ]] || ! cmp -s "$a-default-1.hash" "$b-default-1.hash" || fail "$a and $b are the same"
  done
done

# the rule that reads the modulator itself, in its own experiment
for workers in 1 3; do
  "$HEBB" run rules/neuromodulated "${small[@]}" --workers $workers -o own-$workers >out 2>err || fail "own: $(cat err)"
  genes own-$workers >own-$workers.hash
done
cmp -s own-1.hash own-3.hash || fail "neuromodulated differs by workers"

if [[ -n ${PYTHON:-} ]]; then
  "$PYTHON" - <<'PY' || fail "what Python reads"
import h5py, numpy as np
with h5py.File("layer-v4-1/run.h5") as f:
    layout = f["genome_layout"]
    role = [x.decode() for x in layout["role"][:]]
    name = [x.decode() for x in layout["segment_name"][:]]
    assert role.count("modulator") == 8 and name[-4:] == ["layer1_modulator", "layer1_modulator_bias",
                                                          "layer1_fan_out", "layer1_fan_out_bias"], name
    assert list(f["network/n_pre"][:]) == [7, 16] and "n_modulatory" not in f["network"]
with h5py.File("hidden-v4-1/run.h5") as f:
    assert list(f["network/n_modulatory"][:]) == [0, 1]
with h5py.File("layer-v4-1.h5") as f:
    life = f["lifetimes/pole_000"]
    n = life["reward"].shape[0]
    assert life["layer0_modulator"].shape == (n, 16) and life["layer1_modulator"].shape == (n, 2)
    assert np.ptp(life["layer0_modulator"][:], axis=0).all()
    seen = life["observation"][:]
    assert seen.shape == (n, 7) and (seen[0, 4:] == 0).all() and (seen[1:, 4] == 1).all()
    assert (seen[1:, 5:].argmax(1) == life["action"][:-1, 0]).all()
with h5py.File("reward-v4-1.h5") as f:
    m = f["lifetimes/pole_000/layer1_modulator"][:, 0]
    assert np.allclose(m, 0.9 ** np.arange(len(m)), rtol=1e-4), m[:5] # 1 - Rbar, where every reward is 1
PY
fi

# refused with its place; a life without modulation has none in its file
expect() { # SENTENCE OPTION...
  local sentence=$1
  shift
  "$HEBB" check "$@" >out 2>err && fail "$* is accepted"
  grep -qF -- "$sentence" err || fail "$* said: $(cat err)"
}
cat >bad.toml <<'TOML'
[env]
plugin = "cartpole"
[rule]
plugin = "neuromodulated"
[optimizer]
plugin = "openai_es"
TOML
expect "bad.toml:4:1: rule.plugin: rule 'neuromodulated' needs a modulator: set modulation.source" bad.toml
expect "--set modulation.trace: rule 'neuromodulated' reads the modulator itself: leave it out" \
  bad.toml --set modulation.source=reward --set modulation.trace=first
expect "--set modulation.source: rule 'static' changes no weights" cartpole-abcd --set rule.plugin=static \
  --set network.weights.init=evolved --set modulation.source=reward
expect "--set modulation.neurons: 16 of the 16 neurons of hidden layer 0" cartpole-abcd \
  --set modulation.source=hidden_neurons --set modulation.neurons=16
"$HEBB" check bad.toml --set modulation.source=reward >out 2>err || fail "what is right is refused: $(cat err)"
"$HEBB" run cartpole-abcd "${small[@]}" -o none >out 2>err || fail "none: $(cat err)"
"$HEBB" evaluate none --rollouts 1 --record 1 -o none.h5 >out 2>err || fail "evaluate none: $(cat err)"
"$HEBB" inspect none.h5 | grep -q modulator && fail "a life without modulation shows a modulator"
"$HEBB" describe modulation >out 2>err || fail "describe modulation: $(cat err)"
grep -q 'hidden_neurons' out || fail "describe does not name the sources"
"$HEBB" bench "${abcd[@]}" --set modulation.source=layer_neuron --seconds 1 --workers 1 >out 2>err || fail "bench: $(cat err)"

((!failed))
