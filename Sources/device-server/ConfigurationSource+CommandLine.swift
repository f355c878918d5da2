import ArgumentParser
import DriverCatalogue
import Server

extension ConfigurationSource {
    /// Reads the file that a command was given, or prints every error in it and ends the program.
    static func read(
        _ file: String,
        isSimulated: Bool,
        adjust: @escaping @Sendable (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> ConfigurationSource {
        do {
            return try ConfigurationSource(file: file, drivers: drivers, isSimulated: isSimulated, adjust: adjust)
        } catch {
            var standardError = StandardError()
            print(error, to: &standardError)
            throw ExitCode.failure
        }
    }
}
