import Glibc
import Logging
import Testing

@testable import Server

@Suite struct WorkerProcessTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A program that stands in for the server.
    private func program(_ script: String) throws -> String {
        let path = "\(folder.path)/program"
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o755)
        try #require(file >= 0)
        #expect(writeAll(Array("#!/bin/sh\n\(script)\n".utf8), to: file) == 0)
        close(file)
        return path
    }

    @Test func anUnreadableMessageEndsTheProcessWithAReason() async throws {
        let path = try program("printf '\\005\\000\\000\\000abcde' >&0; exec sleep 60")
        let process = try WorkerProcess("test", executable: path, environment: [:], log: .silent)
        for await _ in process.messages { Issue.record("a message was read") }
        process.kill()
        #expect(await process.outcome.hasPrefix("its process sent an unreadable message"))
    }

    @Test func theOutcomeIsInWords() async throws {
        let path = try program("exit 7")
        let process = try WorkerProcess("test", executable: path, environment: [:], log: .silent)
        #expect(await process.outcome == "its process exited with status 7")
        #expect(process.pid == nil)
        // The process id may be another process by now.
        process.kill()
    }
}
