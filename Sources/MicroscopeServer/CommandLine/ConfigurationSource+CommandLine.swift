import ArgumentParser
import Server

extension ConfigurationSource {
    /// Reads the configuration that a command was given, or prints every error in it and ends the program.
    ///
    /// - Parameter file: a file, or the program's own path for what the program defines.
    static func read(
        _ file: String,
        isSimulated: Bool,
        adjust: @escaping @Sendable (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> ConfigurationSource {
        let program = Program.current
        do {
            guard file == program.path, program.microscope.isDefined else {
                return try ConfigurationSource(
                    file: file,
                    drivers: program.microscope.drivers,
                    isSimulated: isSimulated,
                    adjust: adjust
                )
            }
            return ConfigurationSource(
                try program.microscope.configuration(),
                of: file,
                isSimulated: isSimulated,
                adjust: adjust
            )
        } catch {
            var standardError = StandardError()
            print(error, to: &standardError)
            throw ExitCode.failure
        }
    }
}
