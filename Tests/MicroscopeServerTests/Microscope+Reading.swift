import Server

@testable import MicroscopeServer

extension Microscope {
    /// What is wrong with it, a line for each error, without the file.
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
