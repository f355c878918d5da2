public import Devices
public import Transports

extension OBISCommands {
    public var status: [StatusRow] {
        [
            StatusRow("emission") { lines in
                guard try isOn(lines) else { return "off" }
                return try status(lines) & OBISBits.delayed != 0 ? "on, CDRH delay running" : "on"
            },
            StatusRow("set point") { "\(((try setPoint($0) ?? 0) * 1000).text(places: 2)) mW" },
            StatusRow("measured power") { "\((try measuredPower($0) * 1000).text(places: 2)) mW" },
            StatusRow("mode") { try mode($0).label },
            StatusRow("status") { OBISBits.names(ofStatus: try status($0)) },
            StatusRow("fault") { OBISBits.names(ofFault: try fault($0)) },
            StatusRow("interlock") { try ask("SYST:LOCK?", $0) { $0 } },
            StatusRow("operating hours") { try ask("SYST:HOUR?", $0, parse: \.number).text(places: 2) },
        ]
    }

    /// Those that this laser knows.
    public func settings(_ line: SerialLine) throws -> [Setting] {
        let fixed = [
            ("model", "SYST:INF:MOD?"), ("serial number", "SYST:INF:SNUM?"), ("wavelength", "SYST:INF:WAV?"),
            ("rated power", "SYST:INF:POW?"), ("firmware", "SYST:INF:FVER?"),
        ]
        let texts = try line.perform { lines in
            try fixed.compactMap { name, command in
                try optional { try ask(command, lines) { $0 } }.map { Setting(name, fixed: $0) }
            }
        }
        let numbers = [("operating hours", "SYST:HOUR?"), ("diode hours", "SYST:DIOD:HOUR?")]
        let known = try line.perform { lines in
            (
                hours: try numbers.filter { row in try optional { try ask(row.1, lines, parse: \.number) } != nil },
                switches: try switches.filter { row in try optional { try flag(row.word + "?", lines) } != nil },
                temperatures: try temperatures.filter { row in try optional { try temperature(row.1, lines) } != nil },
                hasInterlock: try optional { try ask("SYST:LOCK?", lines) { $0 } } != nil
            )
        }
        return texts
            + known.hours.map { name, command in
                Setting(name, on: line, in: 0...manyHours, get: { try ask(command, $0, parse: \.number) })
            }
            + known.temperatures.map { name, command in
                Setting(name, on: line, in: -273.0...1000, get: { try temperature(command, $0) })
            }
            + [
                Setting("status", on: line) { OBISBits.names(ofStatus: try status($0)) },
                Setting("fault", on: line) { OBISBits.names(ofFault: try fault($0)) },
                Setting("mode", on: line, get: mode, set: setMode),
            ]
            + (known.hasInterlock ? [Setting("interlock", on: line) { try ask("SYST:LOCK?", $0) { $0 } }] : [])
            + known.switches.map { name, word in
                Setting(name, on: line, get: { try flag(word + "?", $0) }) {
                    try tell("\(word) \($0 ? "ON" : "OFF")", $1)
                }
            }
    }

    private var switches: [(name: String, word: String)] {
        [("CDRH delay", "SYST:CDRH"), ("autostart", "SYST:AUT"), ("temperature control", "SOUR:TEMP:APR")]
    }

    private var temperatures: [(String, String)] {
        [("diode temperature", "SOUR:TEMP:DIOD?"), ("base plate temperature", "SOUR:TEMP:BAS?")]
    }
}
