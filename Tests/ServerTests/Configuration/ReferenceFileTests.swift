import Devices
import Drivers
import Logging
import Pickle
import Testing

@testable import Server

/// `Configs/reference.yaml`, which names every key with its default.
@Suite struct ReferenceFileTests {
    private let path: String = {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        return (root + ["Configs", "reference.yaml"]).joined(separator: "/")
    }()

    private func reader(of text: String) throws -> (ConfigurationReader, ServerConfiguration) {
        let reader = ConfigurationReader(file: path, drivers: Drivers.drivers, opensFiles: true)
        let configuration = try #require(reader.configuration(of: text))
        #expect(reader.errors.map(\.description) == [])
        return (reader, configuration)
    }

    @Test func itHasNoErrorsOnAnyComputer() throws {
        let (_, configuration) = try reader(of: ServerConfiguration.text(ofFile: path))
        // The keys of devices that the file shows, although nothing carries them out yet.
        #expect(configuration.findings().map(\.message).filter { !$0.contains("has no effect in this version") } == [])
    }

    @Test func itHasTheDefaults() throws {
        let (_, configuration) = try reader(of: ServerConfiguration.text(ofFile: path))
        let laser = try #require(configuration.definitions.first { $0.name == "Laser" })
        #expect(laser.pyro == PyroOptions() && laser.endpoint == .tcp(host: "127.0.0.1", port: 8002))
        #expect(configuration.log == LogOptions())
        let camera = try #require(configuration.definitions.first?.devices.first)
        #expect(camera.safety == SafetyOptions())
        #expect(!camera.startsEnabled && !camera.isSimulated && !camera.mayBeAbsent)
    }

    @Test func everyKeyOfTheReaderStandsInIt() throws {
        let text = try ServerConfiguration.text(ofFile: path)
        var known = try reader(of: text).0.knownKeys
        // A section in a comment.
        let ssl = ConfigurationReader(file: path, drivers: Drivers.drivers)
        _ = ssl.configuration(
            of: "pyro: { ssl: { certificate: a } }\ndevices: [{ driver: dummy-dsp, name: A, port: 1 }]"
        )
        known.merge(ssl.knownKeys) { $0.union($1) }
        // The options of drivers are in their own documents.
        let keys = Set(known.filter { !$0.key.contains(".conf") && !$0.key.contains(".settings") }.flatMap(\.value))
        #expect(keys.count > 50)
        let words = Set(text.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != ":" }.map(String.init))
        for key in keys { #expect(words.contains("\(key):"), "\(key)") }
    }

    @Test func itsDevicesTakeTheirInitialState() throws {
        let (_, configuration) = try reader(of: ServerConfiguration.text(ofFile: path))
        for device in configuration.definitions.flatMap(\.devices) {
            let opened = try device.driver.open(DriverContext(isSimulated: true))
            defer { try? opened.shutdown() }
            try device.applySettings(to: opened)
        }
    }
}
