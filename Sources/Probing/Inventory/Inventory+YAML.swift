internal import Transports

extension Inventory {
    /// Definitions for the attached devices, to paste into a configuration.
    ///
    /// Only a query shows which device is at a serial port, so ports that were not queried are listed in comments. Without
    /// any device the comments say how to get further, since a server needs at least one.
    public func yaml(asked: [Question] = []) -> String {
        var lines: [String] = []
        var number = 0
        func add(_ driver: String, _ options: String, comment: String) {
            number += 1
            let name = "Device\(number)"
            if !comment.isEmpty { lines.append("  # \(Self.comment(comment))") }
            lines.append("  - { name: \(name), driver: \(driver), port: \(8000 + number)\(options) }")
        }
        for device in knownUSB where Self.isToldApartOnUSB(device) {
            let twins = knownUSB.filter { $0.drivers == device.drivers }.count
            let options = twins > 1 ? ", conf: { port: \(Self.quoted("\(device.info.port)")) }" : ""
            add(device.drivers[0], options, comment: "\(device.info)")
        }
        for device in surveyed {
            guard let uid = device.uid else { continue }
            let options = device.option.map { ", conf: { \($0): \(Self.quoted(uid)) }" } ?? ", uid: \(Self.quoted(uid))"
            add(device.driver, options, comment: device.model ?? "")
        }
        for camera in cameras {
            let (key, value) = camera.option
            add(AttachedCamera.driver, ", conf: { \(key): \(Self.quoted(value)) }", comment: camera.node.name)
        }
        for question in asked where question.problem == nil {
            let draft = question.draft.map { ", \($0)" } ?? ""
            let options = ", conf: { port: \(Self.quoted(question.port))\(draft) }"
            add(
                question.driver,
                options,
                comment: "serial \(question.serial ?? "")\(question.draft == nil ? "" : "; correct the options")"
            )
        }
        for port in ports where !asked.contains(where: { $0.problem == nil && PortName($0.port).map(port.is) == true })
        {
            lines.append(
                "  # - { name: NAME, driver: DRIVER, port: PORT, conf: { port: \(Self.quoted(port.name)) } }"
            )
        }
        for question in asked {
            guard let problem = question.problem else { continue }
            lines.append("  # \(Self.comment("\(question.driver) at \(question.port): \(problem)"))")
        }
        guard number == 0 else { return (["devices:"] + lines).joined(separator: "\n") }
        return (["devices: []", "  # No device was recognised. \(Self.nextSteps)"] + lines).joined(separator: "\n")
    }

    private static let nextSteps =
        "Ask those at serial ports (hwprobe --yaml --ask PORT DRIVER), or begin with simulated ones (device-server init)."

    /// Cameras are listed from their vendor's library instead.
    private static func isToldApartOnUSB(_ device: AttachedUSB) -> Bool { !device.isFloating }

    /// Text from a device, which may contain anything, in double quotes.
    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case " "..."~": "\(scalar)"
            default: scalar.value > 0xFFFF ? "?" : "\\u" + Hexadecimal.text(UInt16(scalar.value))
            }
        }
        return "\"\(escaped.joined())\""
    }

    /// The text without line ends, which would end the comment: YAML also knows U+0085, U+2028 and U+2029.
    private static func comment(_ text: String) -> String {
        let lineEnds: [Unicode.GeneralCategory] = [.control, .lineSeparator, .paragraphSeparator]
        return String(
            String.UnicodeScalarView(text.unicodeScalars.filter { !lineEnds.contains($0.properties.generalCategory) })
        )
    }
}
