import Devices
import Platform
import SDKCameras
import Testing

@testable import XIMEA

/// The SDK's answers to calls in each of its states, as other drivers rely on them.
struct BlackBoxTests {
    /// The code of a call; nil if it succeeds.
    private func code(_ call: () throws(XiStatus) -> Void) -> Int32? {
        do throws(XiStatus) {
            try call()
            return nil
        } catch { return error.code }
    }

    @Test func camerasAreListedBeforeTheyAreOpen() throws {
        let world = try World("camera mq013mg 20751650\ncamera mj042mr 42")
        defer { withExtendedLifetime(world) {} }
        let library = try world.load()
        // Without a look at the bus there is none.
        #expect(code { () throws(XiStatus) in _ = try library.open("42") } == 56)
        #expect(
            try library.cameras() == [
                XiLibrary.Listed(serial: "20751650", model: "MQ013MG-E2", link: "U3V"),
                XiLibrary.Listed(serial: "42", model: "MJ042MR-GP-P6-BSI", link: "PCIe"),
            ]
        )
        #expect(code { () throws(XiStatus) in _ = try library.open("7") } == 56)
        #expect(code { () throws(XiStatus) in _ = try library.int("width", 0x1000) } == 1)
    }

    /// The simulated library, and the vendor's if `XIMEA_BLACK_BOX` names its file, on a computer without cameras.
    static let libraries = ["simulated"] + [Environment["XIMEA_BLACK_BOX"]].compactMap(\.self)

    @Test(arguments: libraries) func libraryWithoutCamerasAnswers(file: String) throws {
        let world = try World("")
        defer { withExtendedLifetime(world) {} }
        let library = file == "simulated" ? try world.load() : try XiLibrary(file)
        #expect(try library.cameras().isEmpty)
        #expect(code { () throws(XiStatus) in _ = try library.open("7") } == 56)
        #expect(code { () throws(XiStatus) in try library.start(0) } == 1)
        #expect(code { () throws(XiStatus) in _ = try library.int("width", 0) } == 1)
    }

    /// The codes of calls that a state does not allow: while the camera is idle, and while it acquires.
    @Test func callsHaveTheirStates() throws {
        let world = try World()
        defer { withExtendedLifetime(world) {} }
        let library = try world.load()
        _ = try library.cameras()
        let camera = try library.open("20751650")
        #expect(code { () throws(XiStatus) in _ = try library.open("20751650") } == 57)
        let buffer = FrameBuffer(byteCount: 1280 * 1024)
        let fetch = { () throws(XiStatus) in _ = try library.image(camera, to: buffer, milliseconds: 1) }
        #expect(code(fetch) == 45)
        try library.set("trigger_source", camera, to: 3)
        try library.set("buffer_policy", camera, to: 1)
        try library.start(camera)
        #expect(code { () throws(XiStatus) in try library.start(camera) } == 41)
        #expect(code(fetch) == 10)
        for name in ["width", "imgdataformat", "trigger_source", "buffers_queue_size", "limit_bandwidth"] {
            #expect(code { () throws(XiStatus) in try library.set(name, camera, to: 3) } == 114)
        }
        for name in ["exposure", "gain", "gpi_mode"] {
            try library.set(name, camera, to: 1 + (name == "exposure" ? 99 : 0))
        }
        try library.set("trigger_software", camera, to: 1)
        #expect(try library.image(camera, to: buffer, milliseconds: 30_000).number == 0)
        try library.set("trigger_software", camera, to: 1)
        let small = FrameBuffer(byteCount: 64)
        #expect(code { () throws(XiStatus) in _ = try library.image(camera, to: small, milliseconds: 30_000) } == 58)
        // Stopping twice is fine, and what nobody has fetched is gone.
        try library.stop(camera)
        try library.stop(camera)
        #expect(code(fetch) == 45)
        library.close(camera)
        #expect(code { () throws(XiStatus) in try library.start(camera) } == 1)
    }

    @Test func valuesAreRoundedOrRefused() throws {
        let world = try World()
        defer { withExtendedLifetime(world) {} }
        let library = try world.load()
        _ = try library.cameras()
        let camera = try library.open("20751650")
        try library.set("exposure", camera, to: 1234.6)
        #expect(try library.float("exposure", camera) == 1235)
        for (name, value, expected) in [
            ("width", 101, 101), ("width", 4000, 101), ("trigger_source", 9, 101), ("isexist", 0, 109),
            ("cooling", 0, 100),
        ] as [(String, Int, Int32)] {
            #expect(code { () throws(XiStatus) in try library.set(name, camera, to: value) } == expected)
        }
        #expect(code { () throws(XiStatus) in _ = try library.int("cooling:max", camera) } == 106)
        #expect(code { () throws(XiStatus) in _ = try library.int("width:colour", camera) } == 107)
        // The largest offset depends on the size, and the other way round.
        try library.set("width", camera, to: 640)
        #expect(try library.int("offsetX:max", camera) == 640)
        try library.set("offsetX", camera, to: 320)
        #expect(try library.int("width:max", camera) == 960)
        library.close(camera)
    }
}
