import Foundation
import Platform
import Testing

/// A program that runs for as long as a test holds it.
final class Program: Sendable {
    private let process: Process
    private let input = Pipe()
    private let lines = Lock<[String]>([])

    /// - Parameter environment: what its environment has beside this process's.
    init(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        self.process = process
        BlockingThread.startEventually("output") { [lines] in
            var rest = ""
            while case let data = output.fileHandleForReading.availableData, !data.isEmpty {
                rest += String(decoding: data, as: UTF8.self)
                let parts = rest.split(separator: "\n", omittingEmptySubsequences: false)
                rest = String(parts.last ?? "")
                lines.update { $0 += parts.dropLast().map(String.init) }
            }
        }
    }

    deinit { end() }

    /// Ends it at once: programs of Python's when their input ends, others by force.
    func end() {
        try? input.fileHandleForWriting.close()
        guard process.isRunning else { return }
        // With what it started: programs of Python's lead a group of their own.
        kill(-process.processIdentifier, SIGKILL)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// What follows a word in a line of its output, up to the next blank, once there is such a line.
    ///
    /// Waited for on a thread of its own, since the tests of a machine share as many as it has cores.
    func word(after prefix: String) async throws -> String {
        let found = await BlockingThread.value("output") { [lines] in
            lines.wait(within: .seconds(60)) { Self.word(after: prefix, in: $0) }
        }
        return try #require(found, "no line with '\(prefix)' in: \(lines.withLock { $0.joined(separator: "\n") })")
    }
}

extension Program {
    private static func word(after prefix: String, in lines: [String]) -> String? {
        lines.lazy.compactMap { line in
            line.range(of: prefix).map { String(line[$0.upperBound...].prefix { !$0.isWhitespace }) }
        }.first
    }

    /// A program that was built beside the tests.
    static func built(_ name: String, _ arguments: [String]) throws -> Program {
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return try Program(tests.deletingLastPathComponent().appending(path: name).path, arguments)
    }

    /// A Python module in the environment that `.ci/environments` makes.
    static func python(_ module: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Program {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let python = folder.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: ".venv-numpy2/bin/python").path
        try #require(FileManager.default.isExecutableFile(atPath: python), "\(python) is missing: run .ci/environments")
        let script = folder.appending(path: "leashed.py").path
        return try Program(python, ["-u", script, module] + arguments, environment: environment)
    }
}
