internal import Devices
// Without @preconcurrency the environment of the C library could not be read at all.
@unsafe @preconcurrency internal import Glibc
internal import Platform
internal import SDKCameras

/// The programs by which a Raspberry Pi takes images: `rpicam-vid` and `rpicam-raw`, or a simulation of both.
struct RPiProgram: Sendable {
    /// Which of the two programs is meant.
    enum Kind: String, Sendable { case video = "vid", raw }

    /// The file that runs, by kind.
    private let files: [Kind: String]

    /// The programs of a folder, or those that are installed; before 2023 their names began with `libcamera`.
    init(folder: String?) throws(DeviceError) {
        let folders = folder.map { [$0] } ?? (Environment["PATH"] ?? "/usr/bin").split(separator: ":").map(String.init)
        let names = ["rpicam", "libcamera"]
        for folder in folders {
            for name in names where Self.isProgram("\(folder)/\(name)-vid") {
                files = [.video: "\(folder)/\(name)-vid", .raw: "\(folder)/\(name)-raw"]
                return
            }
        }
        throw DeviceError(.library, "rpicam-vid is not in \(folders.joined(separator: ", ")): install rpicam-apps")
    }

    private init(_ file: String) { files = [.video: file, .raw: file] }

    /// The simulation, which is beside this program, or among the libraries of an installation.
    static func simulated() throws(DeviceError) -> RPiProgram {
        let folder = FileSystem.folder(of: FileSystem.realPath("/proc/self/exe") ?? "")
        let name = "simulated-rpicam"
        let paths = ["\(folder)/\(name)", "\(folder)/../lib/device-server/\(name)"]
        guard let path = paths.first(where: isProgram) else {
            throw DeviceError(.library, "\(name) is not at \(paths.joined(separator: " or at "))")
        }
        return RPiProgram(path)
    }

    private static func isProgram(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

    /// Starts a program.
    func start(_ kind: Kind, _ arguments: [String]) throws(DeviceError) -> RPiProcess {
        let file = files[kind] ?? ""
        do throws(SystemError) { return try RPiProcess(file, ["rpicam-\(kind.rawValue)"] + arguments) } catch {
            throw DeviceError(.library, "\(error)")
        }
    }

    /// The cameras of this computer.
    func cameras() throws(DeviceError) -> [RPiSensor] {
        let process = try start(.video, ["--list-cameras"])
        defer { process.end() }
        let text = process.allOutput(within: .seconds(10))
        let cameras = RPiSensor.all(in: text)
        guard cameras.isEmpty, let problem = process.problem else { return cameras }
        throw DeviceError(.initialise, "rpicam-vid --list-cameras: \(problem)")
    }
}

/// A running program: images on its standard output, their metadata on descriptor 3, and its log.
final class RPiProcess: Sendable {
    private let id: pid_t
    /// Where images, the log and metadata arrive.
    let images, log, metadata: Int32
    private let state = Lock(State())

    fileprivate struct State: Sendable {
        var hasEnded = false
        /// The end of the log that has no line end yet, and the latest error in it.
        var line: [UInt8] = []
        var problem: String?
        /// The distance of rows in raw images, which the program says once.
        var stride: Int?
    }

    init(_ file: String, _ arguments: [String]) throws(SystemError) {
        let pipes = try (Self.pipe(), Self.pipe(), Self.pipe())
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, pipes.0.write, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, pipes.1.write, STDERR_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, pipes.2.write, 3)
        // It must not keep open what other programs wait for the end of.
        for descriptor in FileSystem.names(in: "/proc/self/fd").compactMap({ Int32($0) }) where descriptor > 2 {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // A program whose reader has gone ends by SIGPIPE, which this process ignores.
        var (all, none) = (sigset_t(), sigset_t())
        unsafe sigfillset(&all)
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        var words = unsafe arguments.map { unsafe strdup($0) }
        defer { unsafe words.forEach { unsafe free($0) } }
        unsafe words.append(nil)
        var id = pid_t()
        let status = unsafe posix_spawn(&id, file, &actions, &attributes, words, environ)
        for pipe in [pipes.0, pipes.1, pipes.2] { close(pipe.write) }
        guard status == 0 else {
            for pipe in [pipes.0, pipes.1, pipes.2] { close(pipe.read) }
            throw SystemError("cannot start \(file)", code: status)
        }
        self.id = id
        (images, log, metadata) = (pipes.0.read, pipes.1.read, pipes.2.read)
    }

    deinit { end() }

    /// A pipe that is read without waiting, with ends above those that the program gets.
    private static func pipe() throws(SystemError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard unsafe Glibc.pipe(&ends) == 0 else { throw SystemError("cannot make a pipe") }
        let raised = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
        ends.forEach { _ = close($0) }
        guard raised.allSatisfy({ $0 >= 0 }) else {
            raised.forEach { _ = close($0) }
            throw SystemError("cannot make a pipe", code: EMFILE)
        }
        _ = fcntl(raised[0], F_SETFL, O_NONBLOCK)
        return (raised[0], raised[1])
    }

    /// Asks the program to end.
    func interrupt() { kill(id, SIGINT) }

    /// Ends the program in order, or after two seconds without.
    func end() {
        let isFirst = state.withLock { state in
            defer { state.hasEnded = true }
            return !state.hasEnded
        }
        guard isFirst else { return }
        kill(id, SIGINT)
        var status: Int32 = 0
        let limit = ContinuousClock.now + .seconds(2)
        // Its pipes are closed only then, since it may have to finish what it writes.
        while unsafe waitpid(id, &status, WNOHANG) == 0 {
            if ContinuousClock.now > limit { kill(id, SIGKILL) }
            drain()
            Pause.wait(for: .milliseconds(5))
        }
        for file in [images, log, metadata] { close(file) }
    }

    /// Reads what it still writes, so that it is not kept from ending.
    private func drain() {
        var room = [UInt8](repeating: 0, count: 65536)
        for file in [images, metadata] {
            while let count = unsafe room.withUnsafeMutableBytes({ unsafe read(file, into: $0) }), count > 0 {}
        }
        readLog()
    }

    /// Waits until there is something to read.
    func wait(within limit: Duration, forImages: Bool = true) {
        var files = [log, metadata].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        if forImages { files.append(pollfd(fd: images, events: Int16(POLLIN), revents: 0)) }
        unsafe poll(&files, UInt(files.count), Int32(clamping: Int64(max(limit, .zero) / .milliseconds(1))))
    }

    /// Reads what is there; nil at the end of the program.
    func read(_ file: Int32, into room: UnsafeMutableRawBufferPointer) -> Int? {
        let count = unsafe Glibc.read(file, room.baseAddress, room.count)
        if count > 0 { return count }
        return count < 0 && [EAGAIN, EINTR].contains(errno) ? 0 : nil
    }

    /// Everything that the program prints until it ends.
    func allOutput(within limit: Duration) -> String {
        let end = ContinuousClock.now + limit
        var (bytes, room) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
        // More than any list of cameras.
        while ContinuousClock.now < end, bytes.count < 1 << 20 {
            let count = unsafe room.withUnsafeMutableBytes { unsafe read(images, into: $0) }
            guard let count else { break }
            bytes += room.prefix(count)
            readLog()
            if count == 0 { wait(within: .milliseconds(20)) }
        }
        readLog()
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Log

    /// The latest error in the log, without its stars.
    var problem: String? { state.withLock(\.problem) }
    var stride: Int? { state.withLock(\.stride) }

    /// Reads the lines that have come.
    func readLog() {
        var room = [UInt8](repeating: 0, count: 4096)
        while let count = unsafe room.withUnsafeMutableBytes({ unsafe read(log, into: $0) }), count > 0 {
            state.withLock { state in
                for byte in room.prefix(count) {
                    guard byte == 10 else {
                        if state.line.count < 1024 { state.line.append(byte) }
                        continue
                    }
                    state.note(String(decoding: state.line, as: UTF8.self))
                    state.line.removeAll()
                }
            }
        }
    }
}

extension RPiProcess.State {
    fileprivate mutating func note(_ line: String) {
        if let start = line.end(of: "ERROR: *** ") {
            problem = String(line[start...].dropLast(line.hasSuffix(" ***") ? 4 : 0))
        }
        let words = line.split(separator: " ")
        if line.contains("Raw stream"), let place = words.firstIndex(of: "stride"), words.indices.contains(place + 1),
            let number = Int(words[place + 1]), (1...1 << 20).contains(number)
        {
            stride = number
        }
    }
}

extension String {
    /// The place behind a text; nil without it.
    fileprivate func end(of text: String) -> String.Index? {
        indices.first { self[$0...].hasPrefix(text) }.map { index($0, offsetBy: text.count) }
    }
}
