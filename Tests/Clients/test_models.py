"""Each model that a document names is simulated and tested, or listed as untested by its driver."""
import re

import pytest

from servers import ROOT, run
from test_documentation import first_column, proofs, sections

# For each driver the models that the documents name. With the words of a test in which a simulation is that model, or
# None for a model that the driver's row must list as untested.
MODELS = {
    "andor-sdk3": {"Neo": r"neo-5\.5", "Zyla": r"zyla-4\.2", "Sona": r"\bsona\b", "Marana": None, "Balor": None},
    "hamamatsu-dcam": {"ORCA-Flash4.0": r"flash4-v3", "ORCA-Fusion": r"camera fusion|\"fusion\"", "ORCA-Spark": None,
                       "ORCA-Lightning": None, "ImagEM X2": r"imagem-x2"},
    "pvcam": {"Prime": r"prime-bsi", "Kinetix": r"kinetix", "Iris": None, "Evolve": r"evolve", "CoolSNAP": None, "Retiga": None},
    "ximea": {"xiQ": r"(?i)xiq", "xiC": r"(?i)xic", "xiX": None, "xiJ": None, "xiMU": None, "xiB": None},
    "v4l2": {"The Imaging Source": None},
    "andor-sdk2": {"iXon": r"(?i)ixon", "Luca": r"(?i)luca", "Clara": r"(?i)clara", "iKon": r"(?i)ikon",
                   "Newton": r"(?i)newton", "iDus": None, "iVac": None},
    "genicam": {},
    "rpicam": {},
    "cobolt": {"04": None, "05": r"-05-|Jive", "06": r"-06-|CAP-1004", "5 V": r"-06-01-", "12 V": r"CAP-1004"},
    "obis": {"LX": r"OBIS 488nm", "LS": None, "LG": None},
    "obis-box": {},
    "sapphire": {"LP": r"SimulatedSapphire"},
    "deepstar": {"LDM": r"LDM"},
    "omicron": {"LuxX": r"LuxX", "PhoxX": r"PhoxX", "BrixX": r"BrixX", "LuxX+": r"LuxX\+",
                "LEDMOD2+": r"LEDMOD2\+"},
    "ibeam": {},
    "stradus": {},
    "oxxius": {"LBX": r"LBX", "LCX": r"LCX", "LMX": r"LMX"},
    "ichrome": {"MLE": r"iChrome-MLE"},
    "lumencor": {"third generation": r"Spectra III", "Spectra III": r"Spectra III", "Sola III": r"Sola III",
                 "Celesta": r"Celesta", "Aura III": r"Aura III"},
    "coolled": {"pE-300 series": r"pE-300", "pE-340": r"pE-340", "pE-4000": r"pE-4000"},
    "arduino-trigger": {"Uno": r"SimulatedArduino", "versions 1 to 5": r"version = 1|1\.\.\.5"},
    "teensy-pulses": {"version 1": r"SimulatedTeensy"},
    "zwo-efw": {"EFW mini": None, "5, 7 or 8 positions": None, "EFW": r"zwo"},
    "starlight-xpress-wheel": {"Universal": r"starlight", "Midi": r"starlight", "Maxi": None},
    "aurox-clarity": {},
    "finger-lakes-cfw": {"CFW, 3 to 15 positions": r"hardware|board"},
    "thorlabs-filter-wheel": {"FW102C": r"SimulatedFW102C", "FW212C": r"(?i)positions = 12|FW212C|12 positions"},
    "thorlabs-ell-slider": {"ELL6": r"type: 6", "ELL9": r"type: 9", "ELL12": r"type: 12"},
    "prior-proscan-iii": {"ProScan III": r"SimulatedProScan"},
    "ludl-mc2000": {"MC2000": None, "MAC2000": r"MAC2000|SimulatedLudl", "MAC5000": None},
    "asi-ms2000": {"MS2000": r"SimulatedASI"},
    "zaber-daisy-chain": {"X-LCA": None},
    "clarity-camera": {},
}
# Capitalised words and numbers that are no models.
NOT_MODELS = {
    "Andor", "Hamamatsu", "Cobolt", "Hübner", "Photonics", "Coherent", "OBIS", "Remote", "Sapphire", "Omicron", "DeepStar",
    "Toptica", "iBeam", "Vortran", "Stradus", "Oxxius", "iChrome", "Lumencor", "CoolLED", "Arduino", "Teensy",
    "Micro-Manager's", "Micro-Manager", "TTL", "ZWO", "Starlight", "Xpress", "Aurox", "Clarity", "Finger", "Lakes", "Thorlabs",
    "Elliptec", "Prior", "Ludl", "ASI", "Zaber", "ASCII", "SDK", "SDK3", "DCAM-API", "3", "4", "ORCA", "CFW", "Camera", "Teledyne", "Photometrics",
    "QImaging", "PVCAM", "XIMEA", "USB", "GigE", "Vision", "USB3", "Basler", "FLIR", "Allied", "IDS", "U3", "GV", "The", "Imaging",
    "Source", "Daheng", "Hikrobot", "Lucid", "Raspberry", "Pi", "2"}


def named(text, models):
    """The words of a text that would be a model, once the known models are taken away."""
    for model in sorted(models, key=len, reverse=True):
        text = re.sub(r"(?<![\w.-])%s(?![\w-])" % re.escape(model), " ", text)
    words = re.findall(r"[\w'.-]*[\w]", re.sub(r"`[^`]*`|\[|\]\([^)]*\)", " ", text))
    return {word for word in words if (word[0].isupper() or any(c.isdigit() for c in word))} - NOT_MODELS


def rows(text):
    """The rows of all tables whose header begins with "driver", each as a list of cells."""
    for table in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        lines = table.splitlines()
        if lines[0].startswith("| driver") and "sources" not in lines[0] and "firmware" not in lines[0]:
            yield from ([cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:])


def test_every_driver_of_hardware_has_its_models():
    assert {driver for driver, proof in proofs().items() if proof} <= MODELS.keys()


def documented():
    """(document, driver, text that names its models), for each place where a driver is listed."""
    for name, text in sections("drivers.md").items():
        if not name.startswith(("How far", "Simulated devices")):
            for row in rows(text):
                driver = row[0].strip("`")
                if driver in MODELS:
                    yield "docs/drivers.md", driver, row[1]
    for file in sorted((ROOT / "Drivers").glob("*/README.md")):
        for row in rows(file.read_text()):
            driver = re.search(r"`([\w-]+)`", row[0])
            if driver and driver[1] in MODELS:
                texts = [cell for cell in row[1:] if not re.search(r"`\w+`$|baud|`laser|^USB", cell)]
                yield file.parent.name + "/README.md", driver[1], texts[0]


def test_all_drivers_are_documented_in_both_places():
    """Otherwise the next test would not see them."""
    places = {}
    for document, driver, _ in documented():
        places.setdefault(document, set()).add(driver)
    hardware = {driver for driver, proof in proofs().items() if proof} - {"clarity-camera"}
    assert places["docs/drivers.md"] >= hardware
    # The README of a driver of cameras is about that driver alone.
    cameras = first_column(sections("drivers.md")["Cameras"], "driver")
    families = set().union(*(drivers for document, drivers in places.items() if document != "docs/drivers.md"))
    assert families >= hardware - cameras


def test_no_document_names_a_model_that_is_not_in_the_table():
    unknown = {(document, driver, word) for document, driver, text in documented() for word in named(text, MODELS[driver])}
    assert unknown == set()


def sources():
    """The text of all tests and of what starts simulations for them."""
    folders = [path for path in (ROOT / "Tests").iterdir() if path.is_dir()]
    files = (file for folder in folders for file in folder.rglob("*") if file.suffix in (".swift", ".py"))
    return "\n".join(file.read_text() for file in files if file.name != "test_models.py")


def test_models_are_simulated_or_untested():
    """One or the other, never both and never neither."""
    tests = sources()
    rows = {driver: ", ".join(proof["untested"]) for driver, proof in proofs().items() if proof}
    for driver, model, words in ((driver, *row) for driver in rows for row in MODELS[driver].items()):
        untested = rows[driver]
        if words is not None:
            assert re.search(words, tests), "no test has a simulated %s: list it as untested" % model
            assert not re.search(r"(?<![\w-])%s(?![\w-])" % re.escape(model), untested) or model in ("EFW", "ELL12", "Prime"), model
        else:
            short = {"5, 7 or 8 positions": "5 or 8 positions"}.get(model, model)
            assert re.search(r"(?<![\w-])%s(?![\w-])" % re.escape(short), untested), "%s is not listed as untested" % model


def test_what_a_readme_calls_untested_is_listed():
    """A table row of a family's README that says so has its words in the driver's own list."""
    listed = " ".join(" ".join(proof["untested"]) for proof in proofs().values() if proof)
    for name in ("Lasers", "FilterWheels", "StageControllers", "AndorSDK3"):
        file = ROOT / "Drivers" / name / "README.md"
        for row in re.findall(r"^\|(.*)\|$", file.read_text(), re.M):
            cells = [cell.strip() for cell in row.split("|")]
            if any(cell.replace("*", "").startswith(("untested", "not tried")) for cell in cells[1:]):
                words = [word for word in re.findall(r"[A-Za-z0-9:-]*[A-Z0-9][A-Za-z0-9:-]*|stages|models|fe", cells[0])]
                known = [word for word in words if word in listed]
                assert known or cells[0].startswith(("others", "a model by name")), (file, cells)


# MARK: "simulated only" wherever a driver is listed


def test_the_list_of_drivers_says_that_none_has_met_its_device():
    for line in run("--list-drivers")[1].splitlines():
        driver = line.split()[0]
        assert ("(simulated only" in line) == (proofs()[driver] is not None), line
        if proofs()[driver]:
            assert ("agree" in line) == bool(proofs()[driver]["witnesses"])


def test_each_section_of_the_documents_says_so():
    for name, text in sections("drivers.md").items():
        hardware = first_column(text, "driver") & MODELS.keys()
        if hardware and not name.startswith("How far"):
            assert "Simulated only" in text, name
    assert "None of the hardware drivers has met its device" in (ROOT / "README.md").read_text()
    for file in (ROOT / "Drivers").glob("*/README.md"):
        if any("`%s`" % driver in file.read_text() for driver in MODELS) and "Simulat" not in file.parent.name:
            assert re.search(r"(?i)simulated only|has met (?:its|this)|has been attached to", file.read_text()), file


@pytest.mark.parametrize("file", sorted((ROOT / "Configs").rglob("*.yaml")), ids=lambda file: file.stem)
def test_each_example_says_so(file):
    """But for one in which all hardware is simulated."""
    text = file.read_text()
    drivers = re.findall(r"\n  - (?:\{ )?name:(?:(?!\n  - |\n\w).|\n)*", text)
    real = [one for one in drivers if set(re.findall(r"driver: ([\w-]+)", one)) & MODELS.keys() and "simulated: true" not in one]
    assert not real or "simulated only" in text
