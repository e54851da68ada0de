#!/usr/bin/python3
"""first-run.py RUN.h5 > first-run.svg - best and mean fitness by generation, the picture of the README."""
import sys

import h5py

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 300, 66, 14, 16, 40

with h5py.File(sys.argv[1]) as f:
    mean = f["generations/fitness_mean"][:]
    best = f["generations/fitness_max"][:]
    individuals = len(f["generations/individual"])
    seed = f.attrs["seed"]

n = len(mean)
step = next(s for s in (20, 50, 100, 250, 500) if best.max() / s <= 5.5)
top = step * (int(best.max() / step) + 1)
x = lambda g: LEFT + (WIDTH - LEFT - RIGHT) * g / (n - 1)
y = lambda v: HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * max(v, 0) / top
line = lambda values: " ".join(f"{x(g):.1f},{y(v):.1f}" for g, v in enumerate(values))

print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
      f'font-family="sans-serif" font-size="12">')
print(f"<title>Fitness by generation: best and mean of {individuals} individuals, seed {seed}</title>")
print(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>')
for v in range(0, top + 1, step):
    print(f'<path d="M{LEFT} {y(v):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
          f'<text x="{LEFT - 6}" y="{y(v) + 4:.1f}" text-anchor="end">{v}</text>')
for g in range(0, n, 20):
    print(f'<text x="{x(g):.1f}" y="{HEIGHT - 24}" text-anchor="middle">{g}</text>')
print(f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 6}" text-anchor="middle">generation</text>')
print(f'<text transform="translate(14 {HEIGHT / 2 - 12:.0f}) rotate(-90)" '
      f'text-anchor="middle">fitness (1 = 0.0165 m of progress)</text>')
for values, colour, name, place in ((best, "#9ecae1", "best", 16), (mean, "#08519c", "mean", 34)):
    print(f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{line(values)}"/>')
    print(f'<path d="M{LEFT + 14} {TOP + place}h24" stroke="{colour}" stroke-width="2"/>'
          f'<text x="{LEFT + 44}" y="{TOP + place + 4}">{name}</text>')
print("</svg>")
