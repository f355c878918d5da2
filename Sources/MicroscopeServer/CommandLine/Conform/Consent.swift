import Contracts
import Devices
import Glibc

/// Knows, or asks the person at the terminal, what devices may be put through.
struct Consent {
    private let allowed: Set<Effect>
    private let interruption: Interruption
    private let isAtTerminal: Bool

    /// - Parameter allowed: what is not asked for.
    init(allowed: Set<Effect>, interruption: Interruption) {
        (self.allowed, self.interruption) = (allowed, interruption)
        isAtTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
    }

    /// Which of the dangerous effects a device and those on its wire may not have; asks for each that they would have.
    func forbidden(on device: any Device, called name: String) -> Set<Effect> {
        Set(
            Effect.dangerous.filter { effect in
                let doings = effect.doings(of: device, called: name)
                return !doings.isEmpty && !allowed.contains(effect) && !(isAtTerminal && isGranted(effect, doings))
            }
        )
    }

    private func isGranted(_ effect: Effect, _ doings: [String]) -> Bool {
        guard !interruption.isAsked else { return false }
        flushOutput()
        var standardError = StandardError()
        for doing in doings { print("\(doing).", to: &standardError) }
        while true {
            print("\(effect.precaution) Go on? [y/n] ", terminator: "", to: &standardError)
            switch line() {
            case "y", "yes": return true
            case "n", "no", nil: return false
            default: break
            }
        }
    }

    /// The next line that is typed, in small letters; nil when there will be none.
    private func line() -> String? {
        var bytes: [UInt8] = []
        while bytes.count < 100 {
            // A signal's handler wakes this thread or another one, so it looks again and again.
            var waited = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            let count = unsafe poll(&waited, 1, 100)
            guard !interruption.isAsked else { return nil }
            if count <= 0 { continue }
            var byte: UInt8 = 0
            guard unsafe read(STDIN_FILENO, &byte, 1) == 1 else { return nil }
            if byte == UInt8(ascii: "\n") { break }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self).lowercased().filter { !$0.isWhitespace }
    }
}

extension Effect {
    /// What to see to before it is allowed.
    fileprivate var precaution: String {
        switch self {
        case .light: "Wear goggles and close the shutters."
        case .travel: "See that nothing is in the way, and lower the objective."
        case .motion: "See that nothing is in the way."
        case .output: "See what is wired to them."
        case .images, .settings: ""
        }
    }
}
