import Logging

extension Logger {
    /// For what logs in a test that looks at something else.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
