import ArgumentParser
import Glibc
import Server

extension RunningServer {
    /// The server of a configuration file, or the reason why there is none on standard error and the end of the program.
    static func asked(for file: String) throws -> RunningServer {
        do { return try serving(file: file) } catch {
            var standardError = StandardError()
            print(error, to: &standardError)
            throw ExitCode(EX_UNAVAILABLE)
        }
    }
}
