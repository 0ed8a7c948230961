"""A worker around Debian's zxing-cpp: paths of PGM files in, one line of JSON out each."""
import json
import sys
import time

import numpy
import zxingcpp


def read_pgm(path):
    """Knows only the heads that bench-qr writes."""
    with open(path, "rb") as f:
        assert f.readline() == b"P5\n", path
        width, height = map(int, f.readline().split())
        assert f.readline() == b"255\n", path
        return numpy.frombuffer(f.read(), numpy.uint8).reshape(height, width)


for line in sys.stdin:
    picture = read_pgm(line.rstrip("\n"))
    started = time.process_time()
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    ms = (time.process_time() - started) * 1000
    answers = [{"bytes": r.bytes.hex(), "text": r.text.encode(errors="replace").hex()} for r in found]
    print(json.dumps({"ms": ms, "answers": answers}), flush=True)
