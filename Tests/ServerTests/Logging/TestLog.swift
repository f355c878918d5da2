import Glibc
import Logging
import Platform

@testable import Server

/// A log whose standard error is a file and whose clock stands still until a test moves it.
final class TestLog {
    let folder: TemporaryFolder
    let log: Log
    private let clock = TestClock()
    private let standardError: CInt

    /// - Parameter directory: Where the files of devices go, below the folder; nil for none.
    init(
        name: String = "RedCamera",
        directory: String? = nil,
        maximumSize: Int = 1 << 20,
        keptFiles: Int = 3,
        level: Logger.Level = .info
    ) throws {
        folder = try TemporaryFolder()
        standardError = unsafe open("\(folder.path)/stderr", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        var options = LogOptions()
        options.directory = directory.map { [path = folder.path] in "\(path)/\($0)" }
        options.maximumSize = maximumSize
        options.keptFiles = keptFiles
        options.level = level
        log = Log(name: name, options: options, standardError: standardError, clock: clock.now)
    }

    deinit {
        // A log writes held lines when it is released; by then the descriptor may belong to another test.
        log.flush()
        close(standardError)
    }

    func wait(milliseconds: Int) { clock.advance(milliseconds) }

    /// What stands on standard error, without time and process.
    var messages: [String] { folder.lines("stderr").map { String($0.drop { $0 != "]" }.dropFirst(3)) } }
}

/// A clock that the test advances.
final class TestClock: Sendable {
    private let time = Lock(LogTime(millisecondsSince1970: 1_795_426_908_570))

    var now: @Sendable () -> LogTime { { [self] in time.withLock { $0 } } }

    func advance(_ milliseconds: Int) { time.withLock { $0.millisecondsSince1970 += milliseconds } }
}
