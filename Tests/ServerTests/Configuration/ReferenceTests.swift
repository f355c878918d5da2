import Devices
import Server
import Simulators
import Testing

/// Devices that need each other.
struct ReferenceTests {
    /// A camera that works with another one.
    private struct Options: Decodable, Sendable {
        var camera: PartOption<PartCamera>?
    }

    private let drivers = DriverCatalog([
        Driver("camera", "a camera") { (_: Options, _) -> SimulatedCamera in throw DeviceError(.failed, "not opened") }
    ])

    private func errors(_ references: [String: String?]) -> [String] {
        let devices = references.sorted { $0.key < $1.key }.map { name, part in
            "  - { driver: camera, name: \(name), port: 0, conf: { \(part.map { "camera: \($0)" } ?? "") } }"
        }
        let text = "devices:\n" + devices.joined(separator: "\n")
        do {
            _ = try ServerConfiguration(text: text, file: "scope.yaml", drivers: drivers)
            return []
        } catch { return error.errors.map(\.description) }
    }

    @Test func chainsAreFine() { #expect(errors(["A": "B", "B": "C", "C": nil]) == []) }

    @Test func circlesAreErrorsOfAllWhoNeedSomethingInThem() {
        let found = errors(["A": "B", "B": "C", "C": "A", "D": "A", "E": nil])
        #expect(found.count == 4)
        #expect(found.first?.hasPrefix("scope.yaml:2:57: devices[0].conf.camera: ") == true)
        #expect(found.first?.hasSuffix("circular dependency: B needs C needs A needs B") == true)
        #expect(errors(["A": "A"]).first?.contains("circular dependency: A needs A") == true)
    }

    @Test func missingDevicesAreToldBesideOtherErrors() {
        let text = """
            devices:
              - { driver: camera, name: A, port: 0, conf: { camera: Nowhere } }
              - { driver: camera, name: B, port: 0, conf: { camera: C } }
              - { driver: camera, name: C, port: eight }
            """
        let error = #expect(throws: ConfigurationErrors.self) {
            try ServerConfiguration(text: text, file: "scope.yaml", drivers: drivers)
        }
        // C exists, and its error is reported once.
        #expect(error?.errors.map(\.place.line) == [2, 4])
        #expect(error?.errors.first?.message.hasPrefix("there is no device 'Nowhere'") == true)
    }

    @Test func aMissingReferenceIsOneErrorAndAnEmptyOneAnother() {
        let text = """
            devices:
              - { driver: stage-aware-camera, name: A, port: 0, conf: { stage: "" } }
            """
        let error = #expect(throws: ConfigurationErrors.self) {
            try ServerConfiguration(text: text, file: "scope.yaml", drivers: DriverCatalog(Simulators.drivers))
        }
        let messages = error?.errors.map(\.message) ?? []
        #expect(messages.count == 2, "\(messages)")
        #expect(messages.contains("missing key 'filter_wheel'"))
        #expect(messages.contains { $0.hasPrefix("there is no device ''") })
    }

    @Test func groupsAreNoDevices() {
        let text = """
            devices:
              - { driver: camera, name: A, port: 0, conf: { camera: Group } }
              - { name: Group, port: 0, devices: [{ driver: camera, name: B }] }
            """
        let error = #expect(throws: ConfigurationErrors.self) {
            try ServerConfiguration(text: text, file: "scope.yaml", drivers: drivers)
        }
        #expect(error?.errors.first?.message.hasPrefix("there is no device 'Group'") == true)
    }

    @Test func theNearestNameIsSuggested() {
        #expect(errors(["RedCamera": "BlueCamra", "BlueCamera": nil]).first?.contains("BlueCamera") == true)
    }
}
