"""Runs a module of Python's as a program that ends, with all that it started, when its standard input does.

    leashed.py MODULE ARGUMENT...
"""
import os
import runpy
import signal
import sys
import threading


def wait_for_end():
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGKILL)


os.setpgid(0, 0)
threading.Thread(target=wait_for_end, daemon=True).start()
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
