import Devices
import Foundation
import Testing

struct CatalogTests {
    private struct Options: Decodable, Sendable {
        var count: Count?
        var seconds: NonNegative?
        var length: BufferLength?
        var shape: SensorShape?
        var limits: NamedOptions<AxisLimits>?
        var nested: NestedDriver?
    }

    private func options(_ json: String) throws -> Options {
        let decoder = JSONDecoder()
        decoder.userInfo[.driverCatalog] = DriverCatalog([
            Driver<Options>("first", "takes anything") { _, _ in ScriptedDevice("first") },
            Driver<NoOptions>("second", "takes nothing") { _, context in
                ScriptedDevice(context.isSimulated ? "simulated" : "real")
            },
        ])
        return try decoder.decode(Options.self, from: Data(json.utf8))
    }

    @Test func optionsThatMakeSenseAreTaken() throws {
        let options = try options(
            #"{"count": 1, "seconds": 0.5, "length": 0, "shape": [640, 480], "limits": {"x": [-1, 1]}}"#
        )
        #expect(options.count?.value == 1)
        #expect(options.seconds?.seconds == .milliseconds(500))
        #expect(options.length?.value == nil)
        #expect(options.shape == SensorShape(width: 640, height: 480))
        #expect(options.limits?.pairs.map(\.value) == [AxisLimits(lower: -1, upper: 1)])
    }

    @Test(arguments: [
        (#"{"count": 0}"#, "count", "count must be a positive number (was 0)"),
        (#"{"count": -3}"#, "count", "count must be a positive number (was -3)"),
        (#"{"seconds": -1}"#, "seconds", "seconds must be a number from zero up (was -1.0)"),
        (#"{"length": -1}"#, "length", "length must be a number from zero up (was -1)"),
        (#"{"shape": [640, 0]}"#, "shape.1", "shape must be a positive number (was 0)"),
        (#"{"shape": [640]}"#, "shape", "shape must be width and height, not 1 numbers"),
        (#"{"shape": [70000, 1]}"#, "shape", "shape must be at most 65536 pixels on each side"),
        (#"{"limits": {"x": [2, 1]}}"#, "limits.x", "x must be a lower and an upper limit (was [2.0, 1.0])"),
        (#"{"nested": {"driver": "third"}}"#, "nested.driver", "unknown driver 'third', known are first, second"),
        (
            #"{"nested": {"driver": "first", "conf": {"count": 0}}}"#, "nested.conf.count",
            "count must be a positive number (was 0)"
        ),
    ]) func optionsThatMakeNoSenseAreNamedWithTheirPlace(json: String, path: String, message: String) throws {
        do {
            _ = try options(json)
            Issue.record("took \(json)")
        } catch DecodingError.dataCorrupted(let context) {
            let keys = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
            #expect(keys.joined(separator: ".") == path)
            #expect(context.debugDescription == message)
        }
    }

    @Test(arguments: [#"{"driver": "second"}"#, #"{"driver": "second", "conf": {}}"#])
    func nestedDriverOpensWithOrWithoutOptions(json: String) throws {
        let nested = try #require(try options(#"{"nested": \#(json)}"#).nested)
        let device = try nested.driver.open(DriverContext(isSimulated: true))
        #expect(nested.driver.name == "second")
        #expect((device as? ScriptedDevice)?.name == "simulated")
    }

    @Test func nestedDriverWithoutItsRequiredOptionsNamesTheMissingOne() {
        struct Wheel: Decodable, Sendable {
            var positions: Count
        }
        let decoder = JSONDecoder()
        decoder.userInfo[.driverCatalog] = DriverCatalog([
            Driver<Wheel>("wheel", "") { _, _ in ScriptedDevice() }
        ])
        #expect {
            try decoder.decode(NestedDriver.self, from: Data(#"{"driver": "wheel"}"#.utf8))
        } throws: { error in
            if case DecodingError.keyNotFound(let key, _) = error { key.stringValue == "positions" } else { false }
        }
    }

    @Test func numbersThatMakeNoSenseCannotBeMade() {
        for number in [0, -1, .min] { #expect(Count(number) == nil) }
        for number in [-0.1, .nan, .infinity] { #expect(NonNegative(number) == nil) }
    }

    @Test func secondsBeyondADurationAreAYear() throws {
        let seconds = 1e300
        #expect(try #require(NonNegative(seconds)).seconds == .seconds(31_536_000))
    }

    @Test func driversAreFoundByTheirWord() {
        let catalog = DriverCatalog([Driver<NoOptions>("lamp", "a lamp") { _, _ in ScriptedDevice() }])
        #expect(catalog["lamp"]?.summary == "a lamp")
        #expect(catalog["lump"] == nil)
        #expect(catalog.names == ["lamp"])
    }
}
