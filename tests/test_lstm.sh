#!/bin/bash
# Runs whose first hidden layer is recurrent or an LSTM: the same bytes with any number of workers and every
# instruction set; their files agree with the schema and hold the LSTM; a task that wants memory is learnt by them
# alone; Palm et al.'s experiments have the published sizes; refusals.
set -u
: "${HEBB:?is the program}" "${PYTHON:=python3}"
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
cd "$here" || exit 1
failed=0
fail() { echo "FAIL: $*" >&2; failed=1; }

# shellcheck source=/dev/null
. "${top_srcdir:?}/tests/hash_of.sh"

static='rule.plugin=static network.weights.init=evolved network.weights.after_update=none'
settings=(
  'network.first=recurrent'
  'network.first=recurrent rule.kernel=plain modulation.source=layer_neuron network.weights.dale=random'
  "network.first=recurrent $static"
  'network.first=lstm'
  'network.first=lstm modulation.source=hidden_neurons network.layers=[8,4]'
  "network.first=lstm $static"
)
same_everywhere "${settings[@]}"

if "$PYTHON" -c 'import h5py' 2>/dev/null; then
  "$PYTHON" - <<'PY' || fail "what Python reads"
import h5py, numpy as np
with h5py.File("0-default-1/run.h5") as f:
    kind, n_pre, n_post = (f["network/" + n][:] for n in ("layer_kind", "n_pre", "n_post"))
    assert [k.decode() for k in kind] == ["recurrent"] + (len(kind) - 1) * ["dense"]
    assert n_pre[0] == 4 + n_post[0] and "lstm_n_pre" not in f["network"].attrs
with h5py.File("0-default-1.h5") as f:
    life = next(iter(f["lifetimes"].values()))
    assert life["layer0_weight"].shape[1:] == (n_pre[0], n_post[0]) and "lstm_activation" not in life
with h5py.File("5-default-1/run.h5") as f:
    n = f["network"]
    size = int(n.attrs["lstm_n_post"])
    assert n.attrs["lstm_n_pre"] == 4 and n["n_pre"][0] == size == n_post[0]
    layout = f["genome_layout"]
    name = ["lstm_input", "lstm_hidden", "lstm_input_bias", "lstm_hidden_bias", "layer0_weight"]
    assert [x.decode() for x in layout["segment_name"][:5]] == name
    assert list(layout["rows"][:4]) == [4, size, 1, 1] and set(layout["cols"][:4]) == {4 * size}
    gene = f["genomes/centre"][-1]
    part = [gene[o:o + c].reshape(r, k) for o, c, r, k in zip(*(layout[x][:4] for x in ("offset", "count", "rows", "cols")))]
with h5py.File("5-default-1.h5") as f:
    # a life lived again from its file alone
    life = next(iter(f["lifetimes"].values()))
    seen, said = life["observation"][:], life["lstm_activation"][:]
    part = [p.astype(float) for p in part]
    h = c = np.zeros(size)
    logistic = lambda x: 1 / (1 + np.exp(-x))
    assert said.shape == (len(seen), size) and abs(said).max() > 1e-3
    for x, y in zip(seen, said):
        i, forget, g, o = np.split(x @ part[0] + h @ part[1] + part[2][0] + part[3][0], 4)
        c = logistic(forget) * c + logistic(i) * np.tanh(g)
        h = logistic(o) * np.tanh(c)
        assert abs(h - y).max() < 1e-5, abs(h - y).max()
PY
fi

# whether two stimuli with a delay between them differ: -0.98 a trial is the bound without memory
cat >memory.toml <<'TOML'
env = { plugin = "delayed_match", task = "nonmatch", part = 1, n_trial = 20 }
rule = { plugin = "static" }
optimizer = { plugin = "openai_es", population = 100, learning_rate = 0.2 }
[network]
layers = [8]
weights = { init = "evolved" }
[run]
generations = 200
TOML
for first in dense recurrent lstm; do
  "$HEBB" run memory.toml --set network.first=$first -o memory-$first >out 2>err || fail "run: $(cat err)"
  "$HEBB" evaluate memory-$first --rollouts 20 >out 2>err || fail "evaluate: $(cat err)"
  mean=$(awk '$1 == "default" { print $3 }' out)
  case $first in
  dense) awk "BEGIN { exit !($mean <= -19.6) }" || fail "without memory $mean" ;;
  *) awk "BEGIN { exit !($mean > -2) }" || fail "$first earns $mean" ;;
  esac
done

size() { # EXPERIMENT GENES NETWORK
  "$HEBB" check "palm-2021/$1" >out 2>err || fail "palm-2021/$1: $(cat err)"
  grep -qF "network $3; $2 genes;" out || fail "palm-2021/$1 is not $3 with $2 genes: $(cat out)"
}
if "$HEBB" list 2>/dev/null | grep -q '^  ant '; then
  size ant-lstm 89600 '28-128 (lstm)-64-8'
  size ant-static 12288 28-128-64-8
  size ant-abcd 61440 28-128-64-8
fi
if "$HEBB" list 2>/dev/null | grep -q '^  racing '; then
  car=84x84x3-41x41x6-9x9x8-648-128
  size car-lstm 408082 "$car (lstm)-64-3"
  size car-static 92690 $car-64-3
  size car-abcd 458002 $car-64-3
fi

refused() { # SENTENCE [SETTING]...
  local sentence=$1
  local -a set=()
  for setting in "${@:2}"; do
    set+=(--set "$setting")
  done
  "$HEBB" check cartpole-abcd "${set[@]}" >out 2>err && fail "not refused: ${*:2}"
  grep -qF "$sentence" err || fail "$sentence: but said: $(cat err)"
}
refused "'elman' is not one of dense|recurrent|lstm" network.first=elman
refused "there is no hidden layer that it could be" network.first=lstm 'network.layers=[]'
refused "hidden_neurons are for layers that pass forward" network.first=recurrent modulation.source=hidden_neurons
refused "the output of an LSTM has both signs" network.first=lstm network.non_negative=true

"$HEBB" bench cartpole-abcd --set network.first=lstm --seconds 1 --workers 1 >out 2>err || fail "bench: $(cat err)"
grep -q ' (lstm)-' out || fail "bench does not show the LSTM: $(cat out)"
exit $failed
