"""A camera over a stage with an image from a file on it, side by side with python-microscope's own."""
import os
import re

import numpy
import pytest
import tifffile
from microscope.clients import DataClient
from microscope.simulators.stage_aware_camera import simulated_setup_from_image
from PIL import Image

from servers import DeviceServer, run, write_config

SIDES = (90, 120)


def pixels(channels, dtype):
    """An image in which every pixel differs from its neighbours."""
    numbers = numpy.random.default_rng(4).integers(0, numpy.iinfo(dtype).max, (*SIDES, channels), dtype=dtype)
    return numbers


def setup(path, **options):
    return {"name": "Setup", "driver": "stage-aware-setup", "port": 0,
            "conf": {"image": str(path), "sensor_shape": [40, 30], "realistic_timing": False, **options}}


def views(server, connect, places=((60, 45), (20, 80), (119, 3))):
    """What the camera sees of each channel at some places."""
    devices = connect(server.uri("Setup")).devices
    client, stage, wheel = DataClient(str(devices["camera"]._pyroUri)), devices["stage"], devices["filterwheel"]
    client.enable()
    images = []
    for position in range(wheel.get_num_positions()):
        wheel.set_position(position)
        for x, y in places:
            stage.move_to({"x": x, "y": y, "z": 0})
            images.append(client.trigger_and_wait()[0])
    client.set_client(None)
    return numpy.array(images).reshape(-1, len(places), 30, 40)


def expected(image, places=((60, 45), (20, 80), (119, 3))):
    """The same, cut from the image; black beyond it, and turned by half a turn."""
    padded = numpy.pad(image, ((40, 40), (40, 40), (0, 0)))
    return numpy.array([[padded[y + 25:y + 55, x + 20:x + 60, channel][::-1, ::-1] for x, y in places]
                        for channel in range(image.shape[2])])


def test_same_images_as_the_python_camera(serve, connect, tmp_path):
    """From a PNG in colours, which is what that one takes."""
    image, path = pixels(3, numpy.uint8), tmp_path / "cells.png"
    Image.fromarray(image).save(path)
    ours = views(serve([setup(path)]), connect)
    theirs = simulated_setup_from_image(str(path), sensor_shape=(40, 30))
    camera, stage, wheel = theirs["camera"], theirs["stage"], theirs["filterwheel"]
    stage.enable()
    camera._acquiring, camera._exposure_time, camera._roi = True, 0, camera._roi._replace(width=40, height=30)
    for position in range(3):
        wheel.position = position
        for index, (x, y) in enumerate(((60, 45), (20, 80), (119, 3))):
            stage.move_to({"x": x, "y": y, "z": 0})
            camera._triggered = 1
            numpy.testing.assert_array_equal(ours[position, index], camera._fetch_data())
    camera.shutdown()


def tiff_pages(path, image):
    tifffile.imwrite(path, image.transpose(2, 0, 1).copy(), photometric="minisblack")


def tiff_tiles(path, image):
    tifffile.imwrite(path, image, photometric="rgb", tile=(16, 32), compression="zlib")


def tiff_planes(path, image):
    tifffile.imwrite(path, image.transpose(2, 0, 1).copy(), photometric="rgb", planarconfig="separate", bigtiff=True,
                     byteorder=">")


def tiff_ome(path, image):
    tifffile.imwrite(path, image.transpose(2, 0, 1).copy(), ome=True, metadata={"axes": "CYX"})


def tiff_lzw(path, image):
    Image.fromarray(image).save(path, "TIFF", compression="tiff_lzw")


def png_transparent(path, image):
    Image.fromarray(numpy.dstack([image, image[:, :, 0]])).save(path, "PNG")


@pytest.mark.parametrize("write, channels, dtype", [
    (tiff_pages, 5, numpy.uint16), (tiff_pages, 2, numpy.uint8), (tiff_tiles, 3, numpy.uint16),
    (tiff_planes, 3, numpy.uint16), (tiff_ome, 4, numpy.uint16), (tiff_lzw, 3, numpy.uint8),
    (png_transparent, 3, numpy.uint8)])
def test_files_as_programs_write_them(serve, connect, tmp_path, write, channels, dtype):
    """Every pixel of every channel comes as it is in the file."""
    image, path = pixels(channels, dtype), tmp_path / "cells.dat"
    write(path, image)
    seen = views(serve([setup(path)]), connect)
    assert seen.dtype == dtype
    numpy.testing.assert_array_equal(seen, expected(image))


@pytest.mark.parametrize("dtype", [numpy.uint8, numpy.uint16])
def test_grey_png_has_one_channel(serve, connect, tmp_path, dtype):
    image, path = pixels(1, dtype), tmp_path / "grey.png"
    Image.fromarray(image[:, :, 0]).save(path)
    seen = views(serve([setup(path)]), connect)
    assert seen.dtype == dtype
    numpy.testing.assert_array_equal(seen, expected(image))


def test_a_palette_stands_for_colours(serve, connect, tmp_path):
    indexed = Image.fromarray(pixels(3, numpy.uint8)).quantize(16)
    indexed.save(tmp_path / "indexed.png")
    seen = views(serve([setup(tmp_path / "indexed.png")]), connect)
    numpy.testing.assert_array_equal(seen, expected(numpy.array(indexed.convert("RGB"))))


def test_pixel_size_is_the_objective(serve, connect, tmp_path):
    """The setting of the Python camera, set before the first client comes as any setting."""
    image, path = pixels(3, numpy.uint8), tmp_path / "cells.png"
    Image.fromarray(image).save(path)
    parts = [{"name": "Stage", "driver": "simulated-stage", "port": 0,
              "conf": {"limits": {"x": [0, 100], "y": [0, 100], "z": [-5, 5]}, "speed": 0}},
             {"name": "Wheel", "driver": "simulated-filter-wheel", "port": 0,
              "conf": {"positions": 3, "travel_time": 0}}]
    server = serve([{"name": "Camera", "driver": "stage-aware-camera", "port": 0, "settings": {"pixel size": 0.5},
                     "conf": {"image": str(path), "stage": "Stage", "filter_wheel": "Wheel", "sensor_shape": [40, 30],
                              "realistic_timing": False}}, *parts])
    client, stage = DataClient(server.uri("Camera")), connect(server.uri("Stage"))
    stage.move_to({"x": 30, "y": 22.5, "z": 0})
    client.enable()
    numpy.testing.assert_array_equal(client.trigger_and_wait()[0], expected(image)[0, 0])
    client.set_client(None)


def test_file_that_is_no_image_is_told(serve, tmp_path):
    """With its name; the server tries again, and serves the camera once the file is there."""
    path = tmp_path / "cells.png"
    server = serve([setup(path)])
    server.wait_for(r"cells\.png: No such file")
    path.write_bytes(b"GIF89a")
    server.wait_for(r"cells\.png: it is neither a TIFF nor a PNG file")
    Image.fromarray(pixels(3, numpy.uint8)).save(path)
    server.uri("Setup")


def test_image_of_no_pixels_is_an_error_of_the_configuration(tmp_path):
    status, _, text = run("--check", write_config(tmp_path, [setup("")]))
    assert status == 1 and "conf.image: image must be the path of a file" in text, text


@pytest.mark.parametrize("library, package, name", [
    ("libpng16.so.16", "libpng16-16", "cells.png"), ("libtiff.so.6", "libtiff6", "cells.tif")])
def test_library_that_cannot_be_loaded_is_told(tmp_path, library, package, name):
    """With what to install; the server itself runs without it."""
    Image.fromarray(pixels(3, numpy.uint8)).save(tmp_path / name)
    (tmp_path / "libraries").mkdir()
    (tmp_path / "libraries" / library).write_bytes(b"no library")
    config = write_config(tmp_path, [setup(tmp_path / name),
                                     {"name": "Wheel", "driver": "simulated-filter-wheel", "port": 0, "conf": {"positions": 2}}])
    server = DeviceServer(config, env={**os.environ, "LD_LIBRARY_PATH": str(tmp_path / "libraries")})
    try:
        server.uri("Wheel")
        server.wait_for(r"%s: \w+ files need a library that cannot be loaded \(.*%s.*\): install %s" % (
            re.escape(name), re.escape(library), package))
    finally:
        server.kill()
