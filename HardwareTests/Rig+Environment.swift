import Contracts
import Drivers
import Glibc
import MicroscopeServer
import Server

extension Rig {
    static let file = environment("RIG")

    /// The rig of the configuration file in the environment variable `RIG`; without it, a rig without devices.
    static var named: Rig { get throws { try read.get() } }

    /// Whether a person watches and answers questions at the terminal.
    static let isWatched = environment("RIG_EYES") == "1"

    /// The effects that `RIG_WITHOUT` forbids.
    static var forbidden: Set<Effect> {
        get throws {
            let words = (environment("RIG_WITHOUT") ?? "").split(separator: ",")
            return Set(
                try words.map { word in
                    guard let effect = Effect(rawValue: String(word)) else {
                        let known = Effect.allCases.map(\.rawValue).joined(separator: ", ")
                        throw RigError("RIG_WITHOUT has '\(word)', known are \(known)")
                    }
                    return effect
                }
            )
        }
    }

    private static let read = Result {
        try file.map { try Rig(file: $0, drivers: drivers) } ?? Rig(ServerConfiguration(definitions: []))
    }

    static func environment(_ name: String) -> String? {
        guard let text = unsafe getenv(name), unsafe text.pointee != 0 else { return nil }
        return unsafe String(cString: text)
    }
}

/// A person who watches the rig and answers at the terminal.
enum Eyes {
    /// The answer to a question: true for yes.
    static func see(_ question: String) throws -> Bool {
        // Standard input belongs to the test runner.
        let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { throw RigError("there is no terminal for the question: \(question)") }
        // The test runner runs tests in the background, where reading from the terminal is impossible.
        signal(SIGTTOU, SIG_IGN)
        let foreground = tcgetpgrp(terminal)
        tcsetpgrp(terminal, getpgrp())
        defer {
            tcsetpgrp(terminal, foreground)
            close(terminal)
        }
        while true {
            _ = unsafe Array("\(question) [y/n] ".utf8).withUnsafeBytes {
                unsafe write(terminal, $0.baseAddress, $0.count)
            }
            switch line(from: terminal) {
            case "y": return true
            case "n": return false
            case nil: throw RigError("nobody answered: \(question)")
            default: break
            }
        }
    }

    private static func line(from terminal: Int32) -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < 100, unsafe read(terminal, &byte, 1) == 1 {
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return nil
    }
}
