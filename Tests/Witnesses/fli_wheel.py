"""Moves the first Finger Lakes filter wheel with libfli, the maker's library (Debian: libfli2), and prints what it says.

Its arguments are the positions; it prints the model and the number of positions, and the position after each move.
"""
import ctypes
import sys

USB_FILTER_WHEELS = 0x202


def call(function, *arguments):
    status = function(*arguments)
    if status != 0:
        sys.exit("%s: %d" % (function.__name__, status))


def main(library, *positions):
    fli = ctypes.CDLL(library)
    names = ctypes.POINTER(ctypes.c_char_p)()
    call(fli.FLIList, ctypes.c_long(USB_FILTER_WHEELS), ctypes.byref(names))
    if not names or not names[0]:
        sys.exit("no filter wheel is plugged in")
    # `name;model`
    name = names[0].split(b";")[0]
    device, number = ctypes.c_long(), ctypes.c_long()
    call(fli.FLIOpen, ctypes.byref(device), name, ctypes.c_long(USB_FILTER_WHEELS))
    model = ctypes.create_string_buffer(64)
    call(fli.FLIGetModel, device, model, ctypes.c_size_t(64))
    call(fli.FLIGetFilterCount, device, ctypes.byref(number))
    print(model.value.decode(), number.value, sep=";", flush=True)
    for position in positions:
        call(fli.FLISetFilterPos, device, ctypes.c_long(int(position)))
        call(fli.FLIGetFilterPos, device, ctypes.byref(number))
        print(number.value, flush=True)
        # Until the caller has looked at the wheel.
        sys.stdin.readline()
    call(fli.FLIClose, device)


main(*sys.argv[1:])
