"""Expected perceptual hashes of photos, from a package that is not ours.

Writes photo_expected.json beside this file; the tests of api/src/deeds/look.rs read that table, so CI needs no Python.

    pip install imagehash==4.3.2 pillow==13.0.0 numpy==2.4.6
    python photo_oracle.py          # writes the table
    python photo_oracle.py --check  # fails if the committed table differs

The difference hash: imagehash.dhash (grey by Pillow, 9 x 8 by Pillow's Lanczos filter). The pictures are drawn here with whole numbers,
and by the same rules in the Rust test, so that no file of a picture has to be kept.
"""

import json
import sys
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image

TABLE = Path(__file__).with_name("photo_expected.json")
NAMES = ["slope", "noise", "disc", "checks", "road", "flat"]
# Larger and smaller than the hash's own 9 x 8, as large in one direction or both, and no multiple of either.
SIZES = [(64, 48), (640, 427), (31, 77), (9, 8), (9, 40), (50, 8), (5, 3), (1, 1), (1200, 17)]


def squares(name, width, height):
    state = 1
    for y in range(height):
        for x in range(width):
            state = (state * 1_664_525 + 1_013_904_223) % 2**32
            noise = state >> 24
            dx, dy = abs(x - width // 3), abs(y - height // 2)
            if name == "slope":
                yield x * 255 // width, y * 255 // height, (x + y) * 127 // (width + height)
            elif name == "noise":
                yield noise, 255 - noise, noise // 2
            elif name == "disc":
                yield (230, 40, 40) if dx * dx + dy * dy < width * height // 16 else (30, 90, 160)
            elif name == "checks":
                yield (250, 250, 240) if (x * 5 // width + y * 3 // height) % 2 == 0 else (10, 10, 20)
            elif name == "road":
                yield (x * x + y * 7) % 256, (x * 3 + y * y) % 256, (x + noise) % 256
            else:
                yield 128, 128, 128


def row(name, width, height):
    picture = np.array(list(squares(name, width, height)), dtype=np.uint8).reshape(height, width, 3)
    look = imagehash.dhash(Image.fromarray(picture, "RGB"))
    return {"name": name, "width": width, "height": height, "dhash": str(look)}


def main():
    table = {"pictures": [row(name, width, height) for name in NAMES for width, height in SIZES]}
    text = json.dumps(table, indent=1) + "\n"
    if "--check" in sys.argv:
        if TABLE.read_text() != text:
            sys.exit(f"{TABLE.name} is not what this script computes")
        return
    TABLE.write_text(text)


if __name__ == "__main__":
    main()
