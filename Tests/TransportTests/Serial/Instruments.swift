import Glibc
import Threads

@testable import Transports

/// Long enough for the slowest machine; no test that passes waits for it.
let patience = Duration.seconds(20)

/// Says everything back, in capital letters.
struct Parrot: SimulatedLineInstrument {
    var pendingInput: [UInt8] = []
    var greeting = ""

    mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        [SimulatedOutput(command.uppercased() + "\r\n")]
    }

    mutating func powerUp(at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        greeting.isEmpty ? [] : [SimulatedOutput(greeting)]
    }
}

let parrotFormat = LineFormat(commandEnd: "\r", answerEnd: "\r\n", patience: .milliseconds(200))

extension SimulatedPort {
    func open(_ settings: PortSettings = PortSettings(baudRate: 115_200)) throws -> SerialPort {
        try SerialPort(path: path, settings: settings)
    }
}

/// A folder of a test's own, removed in the end.
final class Folder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/serial-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw SerialError.cannotOpen("no folder in /tmp") }
        path = unsafe String(cString: made)
    }

    deinit { Folder.remove(path) }

    private static func remove(_ path: String) {
        for name in FileSystem.names(in: path) {
            let path = "\(path)/\(name)"
            if unsafe unlink(path) != 0 { remove(path) }
        }
        unsafe rmdir(path)
    }
}
