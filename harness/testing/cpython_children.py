# SPDX-License-Identifier: MIT
"""Starts and joins children as CPython's multiprocessing does, by its fork method. Speaks as
raw_forks.h says; knows ParallelChildren only, and times it in the process that starts them."""

import multiprocessing
import struct
import sys
import time

PARALLEL_CHILDREN = 1


def do_nothing():
    pass


def play(count):
    fork = multiprocessing.get_context("fork")
    start = time.monotonic_ns()
    children = [fork.Process(target=do_nothing) for _ in range(count)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return time.monotonic_ns() - start


def main():
    requests, answers = open(0, "rb", buffering=0), open(1, "wb", buffering=0)
    while request := requests.read(8):
        what, count = struct.unpack("=II", request)
        if what != PARALLEL_CHILDREN:
            sys.exit(1)
        answers.write(struct.pack("=q", play(count)))


if __name__ == "__main__":
    main()
