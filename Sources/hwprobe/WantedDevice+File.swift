import ArgumentParser
import DriverCatalogue
import Glibc
import Pickle
import Probing
import Server

extension WantedDevice {
    /// The devices of a configuration; with errors in it, these are printed and the program ends.
    static func all(in file: String) throws -> [WantedDevice] {
        let configuration: ServerConfiguration
        do { configuration = try ServerConfiguration(file: file, drivers: drivers) } catch {
            throw ValidationError("\(error)")
        }
        let path = realPath(file)
        return configuration.definitions.flatMap { definition in
            var port: Int?
            if case .tcp(_, let number) = definition.endpoint, number > 0 { port = number }
            return definition.devices.map { device in
                WantedDevice(
                    device.name,
                    device.driver,
                    uid: device.uid,
                    isSimulated: device.isSimulated,
                    file: path,
                    port: port
                )
            }
        }
    }

    private static func realPath(_ path: String) -> String {
        guard let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }
}
