internal import Glibc
internal import Platform

/// Runs a body on a thread of its own, or on this one while the system grants no thread.
func inParallel(_ name: String, _ body: @escaping @Sendable () -> Void) {
    do { try BlockingThread.start(name, body) } catch { body() }
}

/// Information on processes that the system gives in `/proc`.
enum ProcessTable {
    /// Whether a process may serve a configuration file, by its command line; true if that cannot be read.
    static func mayServe(_ file: String, _ process: Int) -> Bool {
        if FileSystem.realPath("/proc/\(process)/exe") == file { return true }
        guard let words = words(of: process) else { return true }
        return words.dropFirst().contains { word in
            let path = word.hasPrefix("/") ? word : "/proc/\(process)/cwd/\(word)"
            return FileSystem.realPath(path) == file
        }
    }

    /// The processes that a process has started.
    static func children(of process: Int) -> [Int] {
        FileSystem.names(in: "/proc").compactMap { Int($0) }.filter { parent(of: $0) == process }
    }

    static func isRunning(_ process: Int) -> Bool {
        guard let fields = fields(of: process) else { return false }
        return fields.first != "Z" && fields.first != "X"
    }

    /// Kills a server and waits for its workers, which switch light off and end by themselves; kills those that do not.
    ///
    /// - Returns: whether the server could be killed.
    static func end(server: Int, within limit: Duration) -> Bool {
        let workers = children(of: server)
        guard kill(pid_t(server), SIGKILL) == 0 else { return false }
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end, workers.contains(where: isRunning) { Pause.wait(for: .milliseconds(20)) }
        for worker in workers where isRunning(worker) { kill(pid_t(worker), SIGKILL) }
        return true
    }

    private static func parent(of process: Int) -> Int? { fields(of: process)?.dropFirst().first.flatMap { Int($0) } }

    /// The fields of `/proc/PID/stat` after the name.
    private static func fields(of process: Int) -> [Substring]? {
        guard let text = FileSystem.text(of: "/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else {
            return nil
        }
        return text[end...].dropFirst().split(separator: " ")
    }

    private static func words(of process: Int) -> [String]? {
        // Longer command lines are not read.
        FileSystem.text(of: "/proc/\(process)/cmdline")?.split(separator: "\0").map(String.init)
    }
}
