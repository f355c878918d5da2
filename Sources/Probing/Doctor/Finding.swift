public import Pickle

/// Something of this computer that keeps devices from working, or may.
public struct Finding: Sendable, Hashable, CustomStringConvertible {
    public enum Weight: String, Sendable, CaseIterable {
        /// A device cannot be used, or not well.
        case problem
        /// It works, and may not some day.
        case advice
    }

    public let weight: Weight
    /// Which of the checks found it: `permissions`, `clock`.
    public let check: Check
    /// What it is about: a device, a port, the computer.
    public let subject: String
    public let text: String
    /// What mends it: commands as they are typed in, or where there is none, what to do, behind a `#`.
    public let command: String

    public enum Check: String, Sendable, CaseIterable {
        case permissions, driver, memory, link, power, naming, library, use, clock
    }

    init(_ weight: Weight, _ check: Check, _ subject: String, _ text: String, _ command: String) {
        (self.weight, self.check, self.subject, self.text, self.command) = (weight, check, subject, text, command)
    }

    public var json: PythonValue {
        .dict([
            "weight": .str(weight.rawValue), "check": .str(check.rawValue), "subject": .str(subject),
            "text": .str(text), "command": .str(command),
        ])
    }

    /// For people, in lines.
    public var description: String {
        let commands = command.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        return "\(weight == .problem ? "Problem" : "Advice"): \(subject): \(text)\n\(commands)"
    }
}
