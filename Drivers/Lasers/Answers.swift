internal import Devices
internal import Transports

/// Returns nil where the device refuses the question, as one that lacks a feature does.
func optional<Value>(_ body: () throws -> Value) throws -> Value? {
    do { return try body() } catch SerialError.refused { return nil }
}

extension SerialLine {
    /// Read-only settings for texts that never change, without those that the device refuses.
    func fixed(_ rows: [(name: String, read: (LineProtocol) throws -> String)]) throws -> [Setting] {
        try perform { lines in
            try rows.compactMap { row in try optional { try row.read(lines) }.map { Setting(row.name, fixed: $0) } }
        }
    }
}

extension [Setting] {
    /// The settings that the device supports: it refuses to answer for the others.
    func known() throws -> [Setting] {
        try filter { setting in
            do { _ = try setting.get() } catch let error as DeviceError {
                guard case SerialError.refused? = error.cause as? SerialError else { throw error }
                return false
            }
            return true
        }
    }
}

/// The words shown for a switch.
extension Bool {
    var onOrOff: String { self ? "on" : "off" }
}

/// The names of the bits that are set, or a word if there are none.
func bitNames(of bits: Int, _ table: [(bit: Int, name: String)], none: String = "none") -> String {
    var names = table.filter { bits & $0.bit != 0 }.map(\.name)
    let unknown = bits & ~table.reduce(0) { $0 | $1.bit }
    if unknown != 0 { names.append("unknown (hexadecimal \(String(unknown, radix: 16)))") }
    return names.isEmpty ? none : names.joined(separator: ", ")
}

/// The largest number of operating hours that a setting shows: more than a century.
let manyHours = 1_000_000.0

/// A whole number in upper-case hexadecimal, padded with zeros to a number of digits.
func hexadecimal(_ number: Int, digits: Int) -> String {
    let text = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
