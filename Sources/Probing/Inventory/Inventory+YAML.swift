internal import Transports

extension Inventory {
    /// Definitions of what is there, to paste into a configuration.
    ///
    /// What is at a serial port cannot be told without asking it, so those ports stand in comments unless they were
    /// asked.
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
            add(device.driver, ", uid: \(Self.quoted(uid))", comment: device.model ?? "")
        }
        for question in asked where question.problem == nil {
            let options = ", conf: { port: \(Self.quoted(question.port)) }"
            add(question.driver, options, comment: "serial \(question.serial ?? "")")
        }
        for port in ports where !asked.contains(where: { $0.problem == nil && PortName($0.port).map(port.is) == true })
        {
            lines.append(
                "  # - { name: NAME, driver: DRIVER, port: PORT, conf: { port: \(Self.quoted(port.name)) } }"
            )
        }
        return lines.isEmpty ? "devices: []" : (["devices:"] + lines).joined(separator: "\n")
    }

    /// Cameras stand among those that their library tells of.
    private static func isToldApartOnUSB(_ device: AttachedUSB) -> Bool { !device.isFloating }

    /// Words of a device's, which may hold anything, as text in double quotes.
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

    /// Without line ends, which would end the comment.
    private static func comment(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control }))
    }
}
