import Devices
import Drivers
import Pickle
import Platform
import Pyro
import Server

/// Opens devices on demand and shuts them down again, for tests that need a fresh one each.
final class Factory: TableObject {
    private let server: DeviceServer
    private let count = Lock(0)
    private let simulations = Simulations()

    init(_ server: DeviceServer) { self.server = server }

    let metadata = ObjectMetadata(methods: [
        "create", "destroy", "simulate", "remove_simulation", "is_switched_on", "transcript", "unplug", "plug_in",
        "cut_power",
    ])

    var table: RemoteInterface {
        RemoteInterface(of: "Factory") {
            RemoteMethod("create", "definition", call: create)
            RemoteMethod("destroy", "name") { (name: String) in self.server.close(name) }
            RemoteMethod("simulate", "driver", "link", call: simulations.plugIn)
            RemoteMethod("remove_simulation", "link", call: simulations.remove)
            RemoteMethod("is_switched_on", "link", call: simulations.isSwitchedOn)
            RemoteMethod("transcript", "link", call: simulations.transcript)
            RemoteMethod("unplug", "link", call: simulations.unplug)
            RemoteMethod("plug_in", "link", call: simulations.plugInAgain)
            RemoteMethod("cut_power", "link", call: simulations.cutPower)
        }
    }

    /// Opens a device that is described as in a configuration, but for its name and port, in JSON: `{"driver": …}`.
    private func create(_ definition: String) throws -> PythonValue {
        let number = count.withLock { count in
            count += 1
            return count
        }
        let name = "Device\(number)"
        guard definition.hasPrefix("{") else { throw RemoteError.value("a definition is an object in JSON") }
        let text = "devices: [{name: \(name), port: 0, \(definition.dropFirst())]"
        let configuration: ServerConfiguration
        do {
            configuration = try ServerConfiguration(
                text: text,
                file: "definition",
                drivers: drivers
            )
        } catch {
            throw RemoteError.value("\(error)")
        }
        for device in configuration.definitions.flatMap(\.devices) {
            try server.open(as: device.name) { try device.driver.open(DriverContext()) }
        }
        return .reference(name)
    }
}
