import Devices
import Pickle
import SimulatedGigE
import Testing

@testable import GenICam
@testable import SDKCameras

@Suite(.serialized) struct FeatureTests {
    @Test func everyFeatureOfTheDescriptionIsASetting() throws {
        let bench = try Bench("rich")
        let camera = try bench.open()
        let names = Set(camera.settings.map(\.name))
        #expect(names.isSuperset(of: ["Gain", "GainAuto", "DeviceTemperature", "PixelFormat", "Bench459"]))
        #expect(names.filter { $0.hasPrefix("Bench") }.count == 460)
        // What the driver sets itself.
        #expect(names.isDisjoint(with: ["Width", "ExposureTime", "TriggerMode", "AcquisitionStart", "LineSelector"]))
        for setting in camera.settings { _ = try setting.describe() }
        try camera.shutdown()
    }

    @Test func visibilityIsAFilter() throws {
        let bench = try Bench()
        var beginner = GenICamCamera.Configuration(serial: "any")
        beginner.visibility = .beginner
        let camera = try bench.open(beginner)
        let names = camera.settings.map(\.name)
        #expect(names.contains("Gain") && !names.contains("DeviceTemperature"))
        try camera.shutdown()
    }

    @Test func selectedFeaturesAreSettingsOfTheirOwn() throws {
        let bench = try Bench()
        let camera = try bench.open()
        try camera.setting("LineMode[Line2]").set(.int(1))
        #expect(try camera.number("LineMode[Line1]") == 0)
        #expect(try camera.number("LineMode[Line2]") == 1)
        #expect(try camera.number("LineMode[Line3]") == 0)
        #expect((0..<3).map { bench.simulation.register(0x1040 + 16 * $0) } == [0, 1, 0])
        try camera.shutdown()
    }

    @Test func lockedFeaturesAreReadOnlyForAsLong() throws {
        let bench = try Bench()
        let camera = try bench.open()
        let gain = try camera.setting("Gain")
        #expect(!gain.isReadOnly)
        try camera.setting("GainAuto").set(.int(1))
        #expect(gain.isReadOnly)
        #expect(throws: SettingError.self) { try gain.set(.float(3)) }
        try camera.setting("GainAuto").set(.int(0))
        try gain.set(.float(3))
        #expect(bench.simulation.register(0x110) == 3)
        #expect(throws: SettingError.self) { try gain.set(.float(25)) }
        #expect(try camera.setting("DeviceTemperature").isReadOnly)
        #expect(try camera.setting("DeviceTemperature").get() == .float(38.5))
        try camera.shutdown()
    }

    @Test func valuesAreRoundedToTheIncrement() throws {
        let bench = try Bench("classic")
        let camera = try bench.open()
        try camera.setting("GainRaw").set(.int(13))
        #expect(try camera.number("GainRaw") == 15)
        #expect(
            try camera.describe("GainRaw")
                == .dict([
                    "increment": .float(5), "unit": .str(""), "visibility": .str("beginner"), "description": .str(""),
                    "writable": .bool(true),
                ])
        )
        // The names of before the standard.
        try camera.expose(for: 0.0123)
        #expect(abs(try camera.exposureTime - 0.0123) < 1e-9)
        try camera.expose(for: 100)
        #expect(try camera.exposureTime == 1)
        try camera.shutdown()
    }

    @Test func textsAreWritten() throws {
        let bench = try Bench()
        let camera = try bench.open()
        try camera.setting("DeviceUserID").set(.str("left eye"))
        #expect(try camera.setting("DeviceUserID").get() == .str("left eye"))
        try camera.shutdown()
    }

    @Test func commandsAreListedForThoseWhoMaySeeThem() throws {
        let bench = try Bench()
        let camera = try bench.open()
        #expect(throws: RemoteError.self) { try camera.execute("DeviceReset") }
        #expect(throws: RemoteError.self) { try camera.execute("AcquisitionStart") }
        try camera.shutdown()
    }
}
