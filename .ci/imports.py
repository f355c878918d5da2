#!/usr/bin/env python3
"""Checks who imports whom among this package's modules: none may import another one that its target does not declare,
nor one that its place in the design forbids. SwiftPM itself lets an undeclared import through."""
import json
import pathlib
import re
import subprocess
import sys

# What a target may declare of this package's own. Drivers know neither Pyro nor the server; only the executables and
# the tests know both.
ALLOWED = {
    "CPlatform": set(),
    "Platform": {"CPlatform"},
    "Pickle": set(),
    "COpenSSL": set(),
    "CZlib": set(),
    "CYAML": set(),
    "CLibUSB": set(),
    "CLibUdev": set(),
    "Avahi": {"Pickle"},
    "Pyro": {"COpenSSL", "CZlib", "Pickle", "Platform"},
    "Devices": {"Pickle", "Platform"},
    "Transports": {"CLibUSB", "CLibUdev", "Devices", "Platform"},
    "SDKCameras": {"Devices", "Pickle", "Platform"},
    "Contracts": {"Devices", "Pickle", "Platform"},
    "Server": {"Avahi", "CYAML", "Devices", "Pickle", "Pyro", "Platform"},
    "Probing": {"Devices", "Pickle", "Platform", "Server", "Transports"},
    "MicroscopeClient": {"Avahi", "Devices", "Pickle", "Pyro", "Platform"},
    "CImageFiles": set(),
    "ImageFiles": {"CImageFiles", "Pickle", "Platform"},
    "device-server": {"MicroscopeServer"},
    # As a program of a user's is: it imports this alone.
    "example-microscope": {"MicroscopeServer"},
    "test-microscope": {"MicroscopeServer"},
}
CATALOGUE = "Drivers"
EXPORTS = "Sources/Drivers/Drivers.swift"
DRIVER = {"Devices", "Pickle", "Platform", "Transports"}
# Simulations show images from files; the module links nothing, but loads its libraries when a file is read.
DRIVERS = {
    "Simulators": DRIVER | {"ImageFiles"},
    "AndorSDK3": DRIVER | {"SDKCameras"},
    "AndorSDK2": DRIVER | {"SDKCameras"},
    "HamamatsuDCAM": DRIVER | {"SDKCameras"},
    "GenICam": DRIVER | {"SDKCameras", "SimulatedGigE"},
    "XIMEA": DRIVER | {"SDKCameras"},
    "CVideo4Linux": set(),
    "RPiCam": DRIVER | {"SDKCameras"},
    "simulated-rpicam": set(),
    "V4L2": DRIVER | {"CVideo4Linux", "ImageFiles", "SDKCameras"},
    "SimulatedAtcore": {"SimulatedSDK"},
    "SimulatedAndor2": {"SimulatedSDK"},
    "SimulatedDCAM": {"SimulatedSDK"},
    "SimulatedXIMEA": {"SimulatedSDK"},
    "TeledynePVCAM": DRIVER | {"SDKCameras"},
    "SimulatedPVCAM": {"SimulatedSDK"},
}
IMPORT = re.compile(r"\s*(?:@\w+(?:\(.*\))? )?(?:public |package |internal |private )?import (?:\w+ )?(\w+)")


def main():
    described = subprocess.run(
        ["swift", "package", "describe", "--type", "json"], capture_output=True, text=True, check=True
    )
    targets = json.loads(described.stdout)["targets"]
    names = {target["name"] for target in targets}
    drivers = {target["name"] for target in targets if target["path"].startswith("Drivers/")}
    problems = []
    # Programs that name devices in Swift have the drivers that files can name.
    passed_on = set(re.findall(r"^@_exported public import (\w+)", pathlib.Path(EXPORTS).read_text(), re.M))
    listed = next(set(target["target_dependencies"]) for target in targets if target["name"] == CATALOGUE)
    for other in sorted(listed - passed_on - {"Devices"}):
        problems.append(f"{EXPORTS}: {other} is a dependency and not exported")
    for target in targets:
        name, declared = target["name"], set(target.get("target_dependencies", []))
        if name in drivers:
            allowed = DRIVERS.get(name, DRIVER)
        elif name == CATALOGUE:
            allowed = drivers | {"Devices"}
        else:
            allowed = ALLOWED.get(name, names)
        for other in sorted(declared - allowed):
            problems.append(f"Package.swift: {name} must not depend on {other}")
        for source in target["sources"]:
            path = pathlib.Path(target["path"], source)
            for number, line in enumerate(path.read_text().splitlines(), 1):
                found = IMPORT.match(line)
                if found and found[1] in names - declared - {name}:
                    problems.append(f"{path}:{number}: {name} imports {found[1]} without declaring it")
    print("\n".join(problems) or f"imports of {len(targets)} targets are as designed")
    sys.exit(bool(problems))


main()
