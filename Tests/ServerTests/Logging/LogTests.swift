import Glibc
import Logging
import Platform
import Testing

@testable import Server

@Suite struct LogTests {
    @Test func linesGoToStandardErrorAndToTheDevicesOwnFile() throws {
        let test = try TestLog(directory: "logs")
        test.log.logger.notice("ready", metadata: ["port": "8001"])
        let line = try #require(test.folder.read("stderr"))
        #expect(line.hasSuffix(" NOTICE RedCamera[\(getpid())]: ready port=8001\n"))
        #expect(test.folder.read("logs/RedCamera.log") == line)
    }

    @Test func withoutADirectoryThereIsNoFile() throws {
        let test = try TestLog()
        test.log.logger.info("x")
        #expect(test.folder.names == ["stderr"])
    }

    @Test func whatIsBelowTheLevelIsNotWritten() throws {
        let test = try TestLog(level: .warning)
        test.log.logger.info("no")
        test.log.logger.warning("yes")
        #expect(test.messages == ["yes"])
    }

    @Test func loggersAreValuesWithMetadataOfTheirOwn() throws {
        let test = try TestLog()
        var first = test.log.logger
        first[metadataKey: "client"] = "1"
        var second = first
        second[metadataKey: "client"] = "2"
        second.logLevel = .debug
        first.debug("never")
        first.info("a")
        second.debug("b", metadata: ["more": "x"])
        first.info("c", metadata: ["client": "3"])
        #expect(test.messages == ["a client=1", "b client=2 more=x", "c client=3"])
    }

    @Test func theMetadataProviderAndTheErrorAreWritten() throws {
        let test = try TestLog()
        var handler = test.log.logger.handler
        handler.metadataProvider = Logger.MetadataProvider { ["task": "9"] }
        let logger = Logger(label: "RedCamera") { _ in handler }
        logger.error("failed", error: ServerError("cannot write the log file x", ENOSPC))
        #expect(
            test.messages == ["failed error=\"cannot write the log file x: No space left on device\" task=9"]
        )
    }

    @Test func aMessageThatComesAgainAndAgainIsCounted() throws {
        let test = try TestLog(directory: "logs")
        for _ in 0..<1000 { test.log.logger.error("no frame") }
        test.log.logger.info("recovered")
        #expect(test.messages == ["no frame", "last message repeated 999 times", "recovered"])
        #expect(test.folder.lines("logs/RedCamera.log").count == 3)
        #expect(test.folder.lines("stderr")[1].contains(" ERROR "))
    }

    @Test func aMessageThatGoesOnIsToldFromTimeToTime() throws {
        let test = try TestLog()
        for _ in 0..<30 {
            test.log.logger.error("no frame")
            test.wait(milliseconds: 500)
        }
        #expect(
            test.messages == ["no frame", "last message repeated 2 times", "last message repeated 20 times"]
        )
    }

    @Test func repeatsAreToldBeforeTheEnd() throws {
        let test = try TestLog()
        for _ in 0..<3 { test.log.logger.info("x") }
        test.log.flush()
        test.log.flush()
        #expect(test.messages == ["x", "last message repeated 2 times"])
    }

    @Test func repeatsAreToldWhenTheLogGoes() throws {
        let folder = try TemporaryFolder()
        let file = unsafe open("\(folder.path)/stderr", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        do {
            let log = Log(name: "A", options: LogOptions(), standardError: file, clock: LogTime.now)
            for _ in 0..<2 { log.logger.info("x") }
        }
        #expect(folder.lines("stderr").last?.hasSuffix("last message repeated once") == true)
    }

    @Test func aFileThatCannotBeOpenedIsToldOnceAndLoggingGoesOn() throws {
        let test = try TestLog(directory: "stderr/logs")
        test.log.logger.info("one")
        test.log.logger.info("two")
        let complaint =
            "cannot write the log file \(test.folder.path)/stderr/logs/RedCamera.log: Not a directory; "
            + "logging goes on to standard error only"
        #expect(test.messages == ["one", complaint, "two"])
    }

    @Test func aFileThatCanBeOpenedLaterIsWrittenFromThenOn() throws {
        let test = try TestLog(directory: "file/logs")
        test.folder.write("", to: "file")
        test.log.logger.info("one")
        test.folder.remove("file")
        test.log.logger.info("two")
        #expect(test.messages.count == 3)
        #expect(test.folder.lines("file/logs/RedCamera.log").count == 1)
    }

    @Test func threadsNeverMixTheirLines() throws {
        let test = try TestLog(directory: "logs", maximumSize: 40_000, keptFiles: 1000)
        let logger = test.log.logger
        let threads = (0..<8).map { thread in
            BlockingThread.startEventually("log \(thread)") {
                for number in 0..<250 { logger.info("thread \(thread) line \(number) \(Self.filler)") }
            }
        }
        for thread in threads { thread.join() }
        let expected = Set((0..<8).flatMap { thread in (0..<250).map { "thread \(thread) line \($0) \(Self.filler)" } })
        #expect(test.messages.count == 2000 && Set(test.messages) == expected)
        let files = test.folder.names(in: "logs")
        #expect(files.count > 2)
        let lines = files.flatMap { test.folder.lines("logs/\($0)") }
        #expect(lines.sorted() == test.folder.lines("stderr").sorted())
    }

    @Test func logsOfSeveralProcessesShareAFileWithoutLoss() throws {
        let folder = try TemporaryFolder()
        // Two descriptors of one file behave towards each other as those of two processes do.
        let threads = (0..<4).map { writer in
            BlockingThread.startEventually("writer \(writer)") { [path = folder.path] in
                var file = LogFile(directory: path, name: "a", maximumSize: 5000, keptFiles: 1000)
                for number in 0..<200 { try? file.append(Array("\(writer) \(number) \(Self.filler)\n".utf8)) }
            }
        }
        for thread in threads { thread.join() }
        let lines = folder.names.flatMap { folder.lines($0) }.map(String.init)
        let expected = (0..<4).flatMap { writer in (0..<200).map { "\(writer) \($0) \(Self.filler)" } }
        #expect(lines.sorted() == expected.sorted())
    }

    private static let filler = String(repeating: "x", count: 100)
}
