import Devices
import Pickle
import Server
import Testing

/// The examples are what newcomers begin with, so they have to be right.
@Suite struct ExampleTests {
    @Test(arguments: ["simulated", "network"])
    func examplesAreWithoutErrors(name: String) throws {
        let configuration = try ServerConfiguration(file: path(name), drivers: stubDrivers)
        #expect(!configuration.definitions.isEmpty)
    }

    @Test func theSimulatedExampleHasOneOfEachOnThisMachineOnly() throws {
        let configuration = try ServerConfiguration(file: path("simulated"), drivers: stubDrivers)
        let words = configuration.definitions.flatMap(\.devices).map(\.driver.name)
        for word in stubDrivers.names where word.hasPrefix("simulated-") || word.hasPrefix("dummy-") {
            #expect(words.contains(word))
        }
        for definition in configuration.definitions {
            guard case .tcp(let host, let port) = definition.endpoint else {
                Issue.record("\(definition.name) listens at no port")
                continue
            }
            #expect(host == "127.0.0.1" && (8001...8099).contains(port))
        }
        let camera = try #require(configuration.definitions.first?.devices.first)
        #expect(options(of: camera.driver, as: CameraOptions.self)?.sensorShape == [2048, 2048])
        #expect(camera.settings.contains { $0.name == "image data type" && $0.value == "uint16" })
    }

    private func path(_ name: String) -> String {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        return (root + ["Configs", "\(name).yaml"]).joined(separator: "/")
    }
}
