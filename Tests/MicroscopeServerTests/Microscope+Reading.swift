import Server

@testable import MicroscopeServer

extension Microscope {
    /// Its errors, a line for each, without the file.
    var errors: [String] {
        do throws(ConfigurationErrors) {
            _ = try configuration()
            return []
        } catch {
            return error.errors.map { error in (error.path.isEmpty ? "" : "\(error.path): ") + error.message }
        }
    }
}

extension ServerConfiguration {
    var deviceNames: [[String]] { definitions.map { $0.devices.map(\.name) } }
}
