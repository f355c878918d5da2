"""What the documentation says of keys and drivers, next to what the program says."""
import json
import re

import pytest

from servers import ROOT, run

# Too long to be taken for another key, so that the program tells all that it knows.
NO_KEY = "no key is called so"
WHEEL = {"name": "Wheel", "driver": "simulated-filter-wheel", "port": 0, "conf": {"positions": 6}}
# Values that options have to have, whatever the driver.
REQUIRED = {
    "port": "/dev/ttyUSB0", "positions": 6, "limits": {"x": [0, 1]}, "address2type": {1: "stage"}, "devices": {},
    "image": {"width": 64, "height": 64}, "stage": "Stage", "filter_wheel": "Wheel", "n_actuators": 9, "numLines": 2,
    "numSensors": 1, "serial": "1"}
SECTIONS = {
    "The file": {"devices": [WHEEL], NO_KEY: 1},
    "A device": {"devices": [{**WHEEL, NO_KEY: 1}]},
    "A group of devices": {"devices": [{"port": 0, "devices": [{k: WHEEL[k] for k in WHEEL if k != "port"}], NO_KEY: 1}]},
    "`pyro`": {"devices": [WHEEL], "pyro": {NO_KEY: 1}},
    "`ssl`": {"devices": [WHEEL], "pyro": {"ssl": {NO_KEY: 1}}},
    "`log`": {"devices": [WHEEL], "log": {NO_KEY: 1}},
}


def sections(name):
    """The text of each section of a document, by its heading."""
    parts = re.split(r"^## (.+)$", (ROOT / "docs" / name).read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def first_column(text, header):
    """The words in the first column of those tables whose header begins with a word."""
    words = set()
    for table in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        rows = table.splitlines()
        if rows[0].startswith("| " + header):
            for row in rows[2:]:
                words |= set(re.findall(r"`([^`]+)`", row.split("|")[1]))
    return words


def known_keys(tmp_path, configuration):
    """The keys that the program says it knows where one stands that it does not."""
    file = tmp_path / "config.yaml"
    file.write_text(json.dumps(configuration))
    output = "".join(run("--check", file)[1:])
    found = re.search(r"unknown key '%s', (?:known are (.*)|none is known here)" % NO_KEY, output)
    assert found, output
    return set((found[1] or "").split(", ")) - {""}


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_is_described(section, tmp_path):
    """The tables of configuration.md have the keys of the program, all of them and no others."""
    known = known_keys(tmp_path, SECTIONS[section])
    if section == "A device":
        known.remove("devices")  # which makes it a group
    assert first_column(sections("configuration.md")[section], "key") == known


def listed_drivers():
    return [line.split()[0] for line in run("--list-drivers")[1].splitlines()]


def proofs():
    """What each driver states of how far it is proven; None for one that states nothing."""
    return {driver["driver"]: driver["proof"] for driver in json.loads(run("--list-drivers", "--proven", "--json")[1])}


def table(text):
    """The rows of the last table of a text, as lists of their cells."""
    rows = re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)[-1].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_every_driver_of_hardware_states_how_far_it_is_proven():
    """Only simulated devices have nothing to prove."""
    simulated = first_column(sections("drivers.md")["Simulated devices"], "driver")
    assert {driver for driver, proof in proofs().items() if proof is None} == simulated
    assert all(proof["sources"] for proof in proofs().values() if proof)


def test_the_documents_say_how_far_each_driver_is_proven():
    """The table of drivers.md has what the drivers' rows state, and so has the text for people."""
    text = run("--list-drivers", "--proven")[1]
    rows = {row[0].strip("`"): row[1:] for row in table(sections("drivers.md")["How far each driver is proven"])}
    assert rows.keys() == {driver for driver, proof in proofs().items() if proof}
    for driver, cells in rows.items():
        proof = proofs()[driver]
        agreed = ["%(program)s: %(part)s" % witness for witness in proof["witnesses"]]
        assert cells == [proof["sources"], "; ".join(agreed) or "simulated only", ", ".join(proof["untested"]) or "none"]
        told = re.search(r"^%s  .*\n((?:    .*\n)+)" % driver, text, re.MULTILINE)[1]
        for words in [proof["sources"], *agreed, *proof["untested"], *([] if agreed else ["simulated only"])]:
            assert words in told


def test_the_readme_names_the_programs_that_agree():
    """For each kind those of its drivers; "simulated only" where there is none."""
    kinds = re.findall(r"^\| \[.*?\]\(docs/drivers\.md#([\w-]+)\) \|.*\| (.*?) \|$", (ROOT / "README.md").read_text(),
                       re.MULTILINE)
    drivers = set()
    by_anchor = {name.lower().replace(" ", "-"): text for name, text in sections("drivers.md").items()}
    for anchor, claim in kinds:
        mine = first_column(by_anchor[anchor], "driver") & proofs().keys()
        drivers |= mine
        programs = {witness["program"].split()[0] for driver in mine for witness in proofs()[driver]["witnesses"]}
        named = re.match(r"simulated; (.*) agree on some$", claim)
        assert (set(named[1].split(", ")) if named else set()) == programs
        assert named or claim == "simulated only"
    assert drivers == {driver for driver, proof in proofs().items() if proof}


def test_every_witness_is_a_test():
    """The tests that a driver names exist, and each test of Tests/Witnesses is named by a driver."""
    def defined(folder):
        files = (ROOT / "Tests" / folder).glob("test_*.py")
        return {test for file in files for test in re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)}

    witnesses = [witness for proof in proofs().values() if proof for witness in proof["witnesses"]]
    for witness in witnesses:
        folder = "Clients" if witness["program"].startswith("python-microscope ") else "Witnesses"
        assert witness["tests"] and set(witness["tests"]) <= defined(folder), witness
    assert defined("Witnesses") == {
        test for witness in witnesses for test in witness["tests"]
        if not witness["program"].startswith("python-microscope ")}


def test_witnesses_have_the_version_that_is_installed():
    """The version that a driver names is the one that the tests install, as far as it is from PyPI."""
    installed = dict(re.findall(r"([\w.-]+)==([\w.]+)", (ROOT / ".ci" / "environments").read_text()))
    spelling = {"pylablib": "pylablib-lightweight", "pymeasure": "PyMeasure", "python-microscope": "microscope"}
    for proof in filter(None, proofs().values()):
        for witness in proof["witnesses"]:
            program, version = witness["program"].split()
            if program not in ("libfli2", "indi-sx"):  # which Debian has
                assert installed[spelling.get(program, program)] == version


def options(driver, tmp_path):
    """The options of a driver."""
    conf = {}
    while True:
        device = {"name": "It", "driver": driver, "port": 0, "conf": {**conf, NO_KEY: 1}}
        file = tmp_path / "config.yaml"
        file.write_text(json.dumps({"devices": [device]}))
        output = "".join(run("--check", file)[1:])
        missing = set(re.findall(r"missing key '(\w+)'", output)) - conf.keys() - {"uid"}
        if "unknown key" in output or not missing:
            return known_keys(tmp_path, {"devices": [device]})
        conf.update({key: REQUIRED.get(key, "It") for key in missing})


def test_every_driver_is_described():
    """drivers.md has a line for each driver, and no others."""
    described = set().union(
        *(first_column(text, "driver") for name, text in sections("drivers.md").items() if not name.startswith("How far")))
    assert described == set(listed_drivers())


@pytest.mark.parametrize("section", [name for name, text in sections("drivers.md").items()
                                     if first_column(text, "driver") and not name.startswith("How far")])
def test_every_option_is_described(section, tmp_path):
    """A section of drivers.md names all options of its drivers, or leads to the one that does."""
    text = sections("drivers.md")[section]
    if "Options as for [lasers]" in text:
        text += sections("drivers.md")["Lasers and lamps"]
    named = set(re.findall(r"`([^`]+)`", text))
    for driver in first_column(text, "driver") & set(listed_drivers()):
        assert options(driver, tmp_path) <= named, driver


def test_the_driver_of_the_tutorial_is_the_one_that_is_built():
    """What writing-a-driver.md has the reader write is compiled and tested with everything else."""
    text = (ROOT / "docs" / "writing-a-driver.md").read_text()
    shown = dict(re.findall(r"`(?:Drivers|Tests)/\w+/(\w+\.swift)`.*:\n\n```swift\n((?:.*\n)*?)```", text))
    shown["ExampleSensor.swift"] = re.search(
        r"```swift\n((?:.*\n)(?:(?!```).*\n)*?.*class ExampleSensor(?:.*\n)*?)```", text)[1]
    built = {file.name: file.read_text() for file in (ROOT / "docs" / "ExampleWheels").rglob("*.swift")}
    assert shown == built


@pytest.mark.parametrize("example", sorted((ROOT / "docs" / "Articles").glob("*.swift")), ids=lambda path: path.stem)
def test_the_example_of_an_article_is_the_one_that_is_built(example):
    """What the article beside a module shows is compiled with everything else."""
    article = (ROOT / "Sources" / example.stem / "README.md").read_text()
    assert re.findall(r"```swift\n(.*?)```", article, re.DOTALL) == [example.read_text()]


def broken_links(documents):
    """The links in Markdown files that lead to no file, as (document, link)."""
    found = []
    for document in documents:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
            if not (document.parent / link).exists():
                found.append((str(document), link))
    return found


def test_every_link_leads_somewhere():
    documents = list(ROOT.glob("*.md"))
    for folder in ("docs", "Drivers", "HardwareTests", "Benchmarks", "Sources", "Tests"):
        documents += (ROOT / folder).rglob("*.md")
    assert len(documents) > 15 and broken_links(documents) == []
