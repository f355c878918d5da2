"""Talks to a wheel with hidapi and prints the answers in hexadecimal.

Arguments: vendor and product in hexadecimal, then `write:BYTES`, `feature:BYTES`, `read:COUNT`, `get:ID:COUNT`,
`wait:SECONDS`.
"""
import sys
import time

import hid


def main(vendor, product, *steps):
    device = hid.device()
    device.open(int(vendor, 16), int(product, 16))
    for step in steps:
        word, _, rest = step.partition(":")
        if word == "write":
            assert device.write(bytes.fromhex(rest)) > 0
        elif word == "feature":
            assert device.send_feature_report(bytes.fromhex(rest)) > 0
        elif word == "read":
            print(bytes(device.read(int(rest), 2000)).hex(), flush=True)
        elif word == "get":
            report, count = rest.split(":")
            print(bytes(device.get_feature_report(int(report), int(count))).hex(), flush=True)
        else:
            time.sleep(float(rest))
    device.close()


main(*sys.argv[1:])
