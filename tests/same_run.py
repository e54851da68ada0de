"""same_run.py ONE OTHER [ONE OTHER]...: whether each two runs hold the same numbers, bit for bit, in the same data sets.

What may differ says when, where and how long: /provenance, the attributes of who made the file, and the seconds of each
generation."""
import sys

import h5py
import numpy as np

MAY_DIFFER = {"generations/wall_time"}


def numbers(path):
    found = {}
    with h5py.File(path, "r") as f:

        def take(name, item):
            if isinstance(item, h5py.Dataset) and not name.startswith("provenance/") and item.dtype.kind in "fiu":
                found[name] = (item.dtype.str, item.shape, np.asarray(item[()]).tobytes())

        f.visititems(take)
        found["@status"] = int(f.attrs["status"])
        found["config_toml"] = f["provenance/config_toml"][()]
    return found


def compare(one, other):
    if one.keys() != other.keys():
        return f"data sets differ: {sorted(one.keys() ^ other.keys())}"
    different = [name for name in one if name not in MAY_DIFFER and one[name] != other[name]]
    # an evaluation has fewer data sets than a run
    if different or len(one) < (30 if "generations/fitness" in one else 9):
        return f"of {len(one)} data sets these differ: {different}"
    return None


failed = 0
for one, other in zip(sys.argv[1::2], sys.argv[2::2]):
    found = compare(numbers(one), numbers(other))
    if found:
        print(f"{one} and {other}: {found}")
        failed = 1
sys.exit(failed)
