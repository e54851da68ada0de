"""bench_peer.py BENCH_NET - a step of the ant's network in Python against that of bench_net.

The equation of the ABCD rule as one writes it for numba (a loop over synapses, five coefficients in the
last axis), after a forward pass in torch; one thread, float32, network 28-128-64-8. Each round times
both and runs bench_net; the ratio is the median over the rounds.
"""
import json
import os
import statistics
import subprocess
import sys
import time

os.environ["NUMBA_NUM_THREADS"] = "1"
try:
    import numba
    import numpy as np
    import torch
except ImportError as missing:
    print(f"bench-peer: skipped, {missing.name} is not there (apt-get install python3-numba python3-torch)",
          file=sys.stderr)
    sys.exit(0)

ROUNDS, STEPS, SIZE = 9, 1000, (28, 128, 64, 8)


@numba.njit
def learn(weight, pre, post, coef):
    for i in range(pre.shape[0]):
        for j in range(post.shape[0]):
            change = (coef[i, j, 0] * pre[i] * post[j] + coef[i, j, 1] * pre[i]
                      + coef[i, j, 2] * post[j] + coef[i, j, 3])
            weight[j, i] += coef[i, j, 4] * change


def measured(function):
    begun = time.thread_time()
    for _ in range(STEPS):
        function()
    return 1e6 * (time.thread_time() - begun) / STEPS


def bench_net(path):
    lines = subprocess.run([path, "ant"], check=True, stdout=subprocess.PIPE).stdout.splitlines()
    cases = {case.get("name"): case for case in map(json.loads, lines)}
    return cases["ant_step_tanh"]["median"]


def main():
    torch.set_num_threads(1)
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    random = np.random.default_rng(1)
    layers = [torch.nn.Linear(m, n, bias=False) for m, n in zip(SIZE, SIZE[1:])]
    weights = [layer.weight.detach().numpy() for layer in layers]  # the same memory
    coefs = [random.normal(0, 1e-4, (m, n, 5)).astype(np.float32) for m, n in zip(SIZE, SIZE[1:])]
    observation = torch.zeros(SIZE[0])

    def step():
        activity = [observation]
        with torch.no_grad():
            for layer in layers:
                activity.append(torch.tanh(layer(activity[-1])))
        numbers = [a.numpy() for a in activity]
        for weight, pre, post, coef in zip(weights, numbers, numbers[1:], coefs):
            learn(weight, pre, post, coef)

    step()  # numba compiles
    peer, own = [], []
    for _ in range(ROUNDS):
        peer.append(measured(step))
        own.append(bench_net(sys.argv[1]))
    print(json.dumps({
        "name": "ant_step_python", "n": ROUNDS, "unit": "us", "median": round(statistics.median(peer), 2),
        "min": round(min(peer), 2), "max": round(max(peer), 2),
        "ratio": round(statistics.median(p / o for p, o in zip(peer, own)), 2), "reference": "ant_step_tanh",
        "numba": numba.__version__, "torch": torch.__version__}))


main()
