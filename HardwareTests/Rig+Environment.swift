import Contracts
import DriverCatalogue
import Glibc
import MicroscopeServer
import Server

extension Rig {
    static let file = environment("RIG")

    /// That of the configuration file that the environment names by `RIG`; one without devices if it names none.
    static var named: Rig { get throws { try read.get() } }

    /// Whether somebody looks at the bench and answers questions at the terminal.
    static let isWatched = environment("RIG_EYES") == "1"

    /// What nothing on the bench may be put through, by the words of `RIG_WITHOUT`.
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

/// Somebody who looks at the bench, and answers at the terminal.
enum Eyes {
    /// Whether the answer to a question is yes.
    static func see(_ question: String) throws -> Bool {
        // Standard input is the test runner's.
        let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { throw RigError("there is no terminal to ask at: \(question)") }
        // The test runner leaves the tests in the background, where nothing can be read from the terminal.
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
