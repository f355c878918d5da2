public import Devices
public import Transports

extension CoboltCommands {
    public var status: [StatusRow] {
        [
            StatusRow("emission") { try isOn($0).onOrOff },
            StatusRow("set point") { "\((try setPoint($0) ?? 0).text(places: 1)) mW" },
            StatusRow("measured power") { "\(try measuredPower($0).text(places: 1)) mW" },
            StatusRow("fault") { try fault($0).label },
            StatusRow("interlock") { try ask("ilk?", $0, parse: \.flag) ? "open" : "closed" },
            StatusRow("key") { try isKeyOn($0).map(\.onOrOff) ?? "not told" },
            StatusRow("autostart") { try ask("@cobas?", $0, parse: \.flag).onOrOff },
            StatusRow("operating mode") { "number \(try ask("gom?", $0) { $0.code() })" },
            StatusRow("operating hours") { try ask("hrs?", $0) { $0.number }.text(places: 2) },
        ]
    }

    /// Those that this laser knows.
    public func settings(_ line: SerialLine) throws -> [Setting] {
        let known = try line.perform { lines in
            (
                serialNumber: try identify(lines),
                model: try optional { try ask("glm?", lines) { $0 } } ?? optional { try ask("gcn?", lines) { $0 } },
                firmware: try optional { try ask("gfv?", lines) { $0 } } ?? optional { try ask("ver?", lines) { $0 } },
                hasInterlock: try isInterlockOpen(lines) != nil,
                hasKey: try isKeyOn(lines) != nil,
                hasMode: try optional { try mode(lines) } != nil,
                hasAutostart: try optional { try ask("@cobas?", lines, parse: \.flag) } != nil
            )
        }
        var settings = [Setting("serial number", fixed: known.serialNumber)]
        if let model = known.model { settings.append(Setting("model", fixed: model)) }
        if let firmware = known.firmware { settings.append(Setting("firmware", fixed: firmware)) }
        settings += [
            Setting("operating hours", on: line, in: 0...manyHours, get: { try ask("hrs?", $0, parse: \.number) }),
            Setting("fault", on: line) { try fault($0).label },
        ]
        if known.hasInterlock {
            settings.append(Setting("interlock open", on: line, get: { try ask("ilk?", $0, parse: \.flag) }))
        }
        if known.hasKey { settings.append(Setting("key on", on: line, get: { try isKeyOn($0) ?? false })) }
        if known.hasMode { settings.append(Setting("mode", on: line, get: mode, set: setMode)) }
        if known.hasAutostart {
            settings.append(
                Setting("autostart", on: line, get: { try ask("@cobas?", $0, parse: \.flag) }) {
                    try tell("@cobas \($0 ? 1 : 0)", $1)
                }
            )
        }
        return settings
    }

    @RemoteInterfaceBuilder
    public func members(of light: SerialLight<Self>) -> [any RemoteMember] {
        // As python-microscope calls it, which also answers with the status.
        RemoteMethod("clearFault") {
            try light.line.perform { try self.tell("cf", $0) }
            return light.status
        }
    }
}
