import Testing

@testable import Server

@Suite struct LogFileTests {
    @Test func linesAreAppendedToWhatIsThere() throws {
        let folder = try TemporaryFolder()
        folder.write("old\n", to: "a.log")
        var file = LogFile(directory: folder.path, name: "a", maximumSize: 100, keptFiles: 1)
        try file.append("new")
        #expect(folder.read("a.log") == "old\nnew\n")
    }

    @Test func directoriesAreMade() throws {
        let folder = try TemporaryFolder()
        var file = LogFile(directory: "\(folder.path)/deep/down", name: "a", maximumSize: 100, keptFiles: 1)
        try file.append("x")
        #expect(folder.read("deep/down/a.log") == "x\n")
    }

    @Test func aFileThatHasGrownLargeIsPutAside() throws {
        let folder = try TemporaryFolder()
        var file = LogFile(directory: folder.path, name: "a", maximumSize: 10, keptFiles: 2)
        for number in 1...9 { try file.append("line\(number)") }
        // Each file has no more than 10 bytes, so a line of 6.
        #expect(folder.names == ["a.log", "a.log.1", "a.log.2"])
        #expect(folder.read("a.log") == "line9\n")
        #expect(folder.read("a.log.1") == "line8\n")
        #expect(folder.read("a.log.2") == "line7\n")
    }

    @Test func whatIsNotALogFileIsNotReplaced() throws {
        let folder = try TemporaryFolder()
        makeDirectories("\(folder.path)/a.log.2")
        var file = LogFile(directory: folder.path, name: "a", maximumSize: 10, keptFiles: 2)
        try file.append("line1")
        try file.append("line2")
        #expect(throws: ServerError.self) { try file.append("line3") }
        // Nor is the file before, which could not be moved on.
        #expect(folder.read("a.log") == "line2\n")
        #expect(folder.read("a.log.1") == "line1\n")
    }

    @Test func withoutFilesToKeepTheOldOneGoes() throws {
        let folder = try TemporaryFolder()
        var file = LogFile(directory: folder.path, name: "a", maximumSize: 10, keptFiles: 0)
        for number in 1...3 { try file.append("line\(number)") }
        #expect(folder.names == ["a.log"])
        #expect(folder.read("a.log") == "line3\n")
    }

    @Test func aLineLongerThanTheLimitIsWrittenWhole() throws {
        let folder = try TemporaryFolder()
        var file = LogFile(directory: folder.path, name: "a", maximumSize: 10, keptFiles: 2)
        let long = String(repeating: "x", count: 1000)
        try file.append(long)
        try file.append("next")
        #expect(folder.read("a.log.1") == long + "\n")
        #expect(folder.read("a.log") == "next\n")
    }

    @Test func aFileThatSomebodyMovedOrRemovedIsBegunAnew() throws {
        let folder = try TemporaryFolder()
        var file = LogFile(directory: "\(folder.path)/logs", name: "a", maximumSize: 100, keptFiles: 2)
        try file.append("one")
        folder.remove("logs")
        try file.append("two")
        #expect(folder.read("logs/a.log") == "two\n")
    }

    @Test func twoThatWriteToTheSameFilePutItAsideOnce() throws {
        let folder = try TemporaryFolder()
        var first = LogFile(directory: folder.path, name: "a", maximumSize: 12, keptFiles: 9)
        var second = LogFile(directory: folder.path, name: "a", maximumSize: 12, keptFiles: 9)
        for number in 1...4 {
            try first.append("1st \(number)")
            try second.append("2nd \(number)")
        }
        // Two lines of 6 bytes fill a file.
        #expect(folder.names == ["a.log", "a.log.1", "a.log.2", "a.log.3"])
        let lines = folder.names.reversed().flatMap { folder.lines($0) }
        #expect(lines == (1...4).flatMap { ["1st \($0)", "2nd \($0)"] })
    }

    @Test(
        arguments: [
            ("Red Camera", "Red%20Camera"), ("a/b", "a%2fb"), ("a%2fb", "a%252fb"), ("..", "%2e."), ("", "%"),
            ("Kamera-Süd", "Kamera-Süd"), ("a\nb", "a%0ab"),
        ]
    )
    func namesOfDevicesStayInTheDirectory(name: String, file: String) {
        #expect(LogFile(directory: "/d", name: name, maximumSize: 1, keptFiles: 1).path == "/d/\(file).log")
    }

    @Test func whyAFileCannotBeOpenedIsTold() throws {
        let folder = try TemporaryFolder()
        folder.write("", to: "file")
        var file = LogFile(directory: "\(folder.path)/file", name: "a", maximumSize: 1, keptFiles: 1)
        do throws(ServerError) {
            try file.append("x")
            Issue.record("there is no directory to write to")
        } catch {
            #expect("\(error)" == "cannot write the log file \(folder.path)/file/a.log: Not a directory")
        }
    }
}

extension LogFile {
    /// Appends a line of text.
    fileprivate mutating func append(_ line: String) throws(ServerError) { try append(Array("\(line)\n".utf8)) }
}
