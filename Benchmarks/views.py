"""What bench.py measures with the package microscope_frames: frames in shared memory and on the client's own connection.

Each function is a command of the worker: it takes the command as a dict, and returns the figures.
"""

import array
import os
import sys
import threading
import time

import numpy
import Pyro4
from microscope import TriggerMode, TriggerType

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Sources", "python", "src"))
import microscope_frames as mf  # noqa: E402


def _percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))] if values else None


def _open(c, policy="all", **options):
    client = mf.FrameClient(
        c["uri"], policy=policy, shared_memory=c["way"] == "shared memory", timeout=20, compress=None, **options
    )
    if client.way != c["way"]:
        raise RuntimeError("frames come by %s: %s" % (client.way, client.reason))
    return client


def _run_freely(client, period):
    client.set_trigger(TriggerType.SOFTWARE, TriggerMode.BULB)
    client.set_exposure_time(period)
    client.enable()


def stream(c, cpu):
    """Frames as fast as the camera has them, viewed or copied out."""
    client = _open(c)
    _run_freely(client, 0.0)
    own = numpy.array(client.next().image)
    source = own.copy()
    copies = c.get("copy")

    def rounds(seconds):
        count, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            frame = client.next()
            if copies:
                numpy.copyto(own, frame.image)
            count += 1
        return count

    rounds(0.3)
    lost, before, own_before, start = client.lost, cpu(), time.process_time(), time.perf_counter()
    count = rounds(c["secs"])
    seconds = time.perf_counter() - start
    result = {
        "fps": count / seconds,
        "MBps": count * own.nbytes / seconds / 1e6,
        "lost": client.lost - lost,
        "scpu_us": (cpu() - before) / count * 1e6,
        "ccpu_us": (time.process_time() - own_before) / count * 1e6,
    }
    client.disable()
    client.close()
    if copies:
        # numpy's own copy of as much memory, none of it in the cache.
        ring = [source.copy() for _ in range(max(2, (256 << 20) // source.nbytes))]
        start, count = time.perf_counter(), 0
        while time.perf_counter() - start < 0.5:
            numpy.copyto(own, ring[count % len(ring)])
            count += 1
        result["numpy_MBps"] = count * own.nbytes / (time.perf_counter() - start) / 1e6
        result["of_numpy"] = result["MBps"] / result["numpy_MBps"]
    return result


def trigger(c, cpu):
    """From an unmodified proxy's trigger() until the view is in hand, and a property of the same proxy in turn with it."""
    client, proxy = _open(c), Pyro4.Proxy(c["uri"])
    proxy.set_trigger(TriggerType.SOFTWARE, TriggerMode.ONCE)
    proxy.enable()
    views, calls, clock = array.array("d"), array.array("d"), time.perf_counter
    end = clock() + c["secs"] + 0.2
    begin = end - c["secs"]
    before = cpu()
    while clock() < end:
        start = clock()
        proxy.trigger_mode
        middle = clock()
        proxy.trigger()
        frame = client.next()
        finish = clock()
        del frame
        if start > begin:
            calls.append(middle - start)
            views.append(finish - middle)
    spent = cpu() - before
    proxy.disable()
    client.close()
    return {
        "p50_us": _percentile(views, 0.5) * 1e6,
        "p99_us": _percentile(views, 0.99) * 1e6,
        "call_p50_us": _percentile(calls, 0.5) * 1e6,
        "to_call": _percentile(views, 0.5) / _percentile(calls, 0.5),
        "scpu_us": spent / max(1, len(views)) * 1e6,
    }


def viewers(c, cpu):
    """A camera at 100 frames/s, a client that takes all of them, and live views beside it."""
    everything, stop, behind = _open(c), threading.Event(), []
    latest = [0]

    def view():
        client = _open(c, policy="newest")
        while not stop.is_set():
            number = client.newest().number
            behind.append(latest[0] - number)
        client.close()

    threads = [threading.Thread(target=view) for _ in range(c["viewers"])]
    _run_freely(everything, 0.01)
    for thread in threads:
        thread.start()
    end, before, count = time.perf_counter() + c["secs"], cpu(), 0
    while time.perf_counter() < end:
        latest[0] = everything.next().number
        count += 1
    spent = cpu() - before
    stop.set()
    for thread in threads:
        thread.join()
    everything.disable()
    result = {
        "fps": count / c["secs"],
        "lost": everything.lost,
        "scpu_us": spent / count * 1e6,
        "behind_max": max(behind, default=0),
    }
    everything.close()
    return result


COMMANDS = {"view_stream": stream, "view_trigger": trigger, "view_viewers": viewers}
