import Glibc
import Platform

@testable import Transports

/// A limit for the slowest machine; a passing test never waits for it.
let patience = Duration.seconds(20)

/// A device that sends every command back in capital letters.
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

/// A temporary folder for one test.
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
