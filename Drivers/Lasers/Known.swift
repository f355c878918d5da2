internal import Devices
internal import Transports

/// Nil for what a device does not know.
func optional<Value>(_ body: () throws -> Value) throws -> Value? {
    do { return try body() } catch SerialError.refused { return nil }
}

extension SerialLine {
    /// Texts that never change, of those that the device knows.
    func fixed(_ rows: [(name: String, read: (LineProtocol) throws -> String)]) throws -> [Setting] {
        try perform { lines in
            try rows.compactMap { row in try optional { try row.read(lines) }.map { Setting(row.name, fixed: $0) } }
        }
    }
}

extension [Setting] {
    /// Those that the device knows: it refuses to tell the others.
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
